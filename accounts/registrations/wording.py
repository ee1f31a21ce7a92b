"""Words of registrations: states, kinds of organisation, what is missing, and what is refused."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from accounts.registrations import errors
from accounts.registrations.values import CodeFault, Missing, RegistrationFile, State, Step
from accounts.values import LegalForm
from web.templating import moment
from web.wording import explains


def form_label(form: LegalForm) -> str:
    """Return what an organisation is in law."""
    return {
        LegalForm.COMPANY: _("Company"),
        LegalForm.COOPERATIVE: _("Farmers' cooperative"),
        LegalForm.VILLAGE_COLLECTIVE: _("Village collective"),
        LegalForm.FAMILY_FARM: _("Family farm"),
        LegalForm.AID_WORKSHOP: _("Aid workshop"),
        LegalForm.SCHOOL: _("School"),
        LegalForm.HOSPITAL: _("Hospital"),
        LegalForm.AGENCY: _("Agency or public institution"),
    }[form]


def state_label(state: State) -> str:
    """Return where a registration stands."""
    return {
        State.DRAFT: _("Being filled in"),
        State.SUBMITTED: _("With the operator"),
        State.APPROVED: _("Registered"),
        State.REFUSED: _("Not approved yet"),
    }[state]


def state_tone(state: State) -> str:
    """Return the tone in which a state is shown."""
    return {State.APPROVED: "good", State.REFUSED: "warn", State.SUBMITTED: "info"}.get(state, "neutral")


def step_label(step: Step) -> str:
    """Return what a part of a registration is called."""
    return {
        Step.ORGANISATION: _("Organisation"),
        Step.PLACE: _("Place"),
        Step.CONTACT: _("Contact"),
        Step.LICENCES: _("Licences"),
        Step.SEND: _("Check and send"),
    }[step]


def missing_text(kind: Missing) -> str:
    """Say what is missing."""
    return {
        Missing.PLACE: _("Where the organisation is"),
        Missing.CONTACT: _("Who answers for it, with a phone number"),
        Missing.LICENCE: _("A business licence or certificate of legal person that holds today"),
    }[kind]


def turns(file: RegistrationFile, *, names: bool) -> list[dict[str, Any]]:
    """Return what happened to a registration as the timeline component wants it."""
    words = {
        "submitted": _("Handed in"),
        "approved": _("Approved"),
        "refused": _("Sent back with a reason"),
    }
    steps = [
        {
            "label": words[turn.outcome],
            "state": "done",
            "when": moment(turn.at),
            "who": turn.who if names else "",
            "note": turn.reason,
        }
        for turn in file.turns
    ]
    if file.row.state is State.SUBMITTED:
        steps.append(
            {
                "label": _("The operator looks at it"),
                "state": "now",
                "when": "",
                "who": "",
                "note": "",
            }
        )
    return steps


@explains(errors.BadCode)
def _bad_code(refusal: errors.BadCode) -> str:
    if refusal.fault is CodeFault.LENGTH:
        return _("The code has 18 characters; here are %(length)s.", length=refusal.length)
    if refusal.fault is CodeFault.CHARACTERS:
        return _(
            "Here is a character that no such code has: it uses digits and capitals, never I, O, S, V or Z."
        )
    return _(
        "The last character does not fit the others: one of the 18 is mistyped. Compare it with the licence."
    )


@explains(errors.CodeTaken)
def _taken(_refusal: errors.CodeTaken) -> str:
    return _(
        "This code is registered already, or its registration is being looked at. If it is your organisation, ask your "
        "colleagues to let you in, or write to the operator."
    )


@explains(errors.BadPhone)
def _phone(_refusal: errors.BadPhone) -> str:
    return _("Enter a phone number of mainland China, for example 13800138000 or 0632-8812345.")


@explains(errors.BadPlace)
def _place(_refusal: errors.BadPlace) -> str:
    return _("Choose the county at least; town and village where you know them.")


@explains(errors.Incomplete)
def _incomplete(_refusal: errors.Incomplete) -> str:
    return _("Something is still missing. The list says what.")


@explains(errors.TooManyOpen)
def _too_many(_refusal: errors.TooManyOpen) -> str:
    return _("You have begun five registrations. Bring one of them to an end first.")


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Load the page again.")


@explains(errors.MovedOn)
def _moved_on(refusal: errors.MovedOn) -> str:
    return _(
        "This registration stands elsewhere now: %(state)s. Load the page again.",
        state=state_label(refusal.state),
    )


@explains(errors.ReasonMissing)
def _reason(_refusal: errors.ReasonMissing) -> str:
    return _("Write what has to be mended, in a few words at least: the applicant reads it.")


@explains(errors.OwnRegistration)
def _own(_refusal: errors.OwnRegistration) -> str:
    return _("You handed this registration in yourself. Somebody else must decide.")
