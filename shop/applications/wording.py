"""Words of applications: states, stages, what is missing, settings, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.licences.values import Fault, Need
from accounts.licences.wording import fault_text as licence_fault_text
from shop.applications import errors
from shop.applications.values import Clock, Conflict, Missing, SettingName, Stage, State
from web.templating import day
from web.wording import explains


def state_label(state: State) -> str:
    """Return where an application stands, in a few words."""
    return {
        State.DRAFT: _("Being prepared"),
        State.SUBMITTED: _("With the township"),
        State.TOWNSHIP_PASSED: _("With the sector office"),
        State.SECTOR_PASSED: _("With the county"),
        State.COUNTY_APPROVED: _("Approved by the county"),
        State.IN_PUBLICITY: _("Before the public"),
        State.CERTIFIED: _("Now certified"),
        State.REJECTED: _("Not passed"),
    }[state]


def state_tone(state: State) -> str:
    """Return the tone in which a state is shown."""
    return {State.CERTIFIED: "good", State.REJECTED: "bad", State.DRAFT: "neutral"}.get(state, "info")


def stage_label(stage: Stage) -> str:
    """Return what a stage is called."""
    return {
        Stage.APPLICATION: _("Application"),
        Stage.TOWNSHIP: _("First check by the township"),
        Stage.SECTOR: _("Check by the sector office"),
        Stage.COUNTY: _("Decision of the county"),
        Stage.PUBLICITY: _("Publicity"),
        Stage.CERTIFICATE: _("Certificate"),
    }[stage]


def outcome_label(stage: Stage, outcome: str) -> str:
    """Return how a stage ended, in words."""
    words = {
        "submitted": _("Application handed in"),
        "opened": _("Public notice began"),
        "clear": _("Public notice ended without an upheld objection"),
        "upheld": _("An objection was upheld: back to review"),
        "withdrawn": _("The notice was withdrawn: back to review"),
        "issued": _("Certificate issued"),
    }
    if outcome in words:
        return words[outcome]
    if outcome == "passed":
        return _("%(stage)s: passed", stage=stage_label(stage))
    return _("%(stage)s: not passed", stage=stage_label(stage))


def clock_text(clock: Clock | None) -> str:
    """Say how long a stage has waited and how long it may."""
    if clock is None:
        return ""
    if clock.late:
        return ngettext(
            "%(num)s day over its time", "%(num)s days over its time", clock.days_waited - clock.days_allowed
        )
    return _(
        "day %(now)s of %(all)s, due on %(day)s",
        now=clock.days_waited,
        all=clock.days_allowed,
        day=day(clock.due_on),
    )


def missing_text(kind: Missing, households: int, needed: int) -> str:
    """Say what is missing and how to mend it."""
    return {
        Missing.CREDIT_CODE: _(
            "The unified social credit code of your organisation is missing or has a wrong digit."
        ),
        Missing.SUPPLIER_CLOSED: _("Your organisation is no longer in business here."),
        Missing.PICTURE: _("The product has no picture."),
        Missing.STORY: _("The product has no story: where it comes from and who makes it."),
        Missing.STORAGE: _("It is not said how the product is kept."),
        Missing.SHELF_LIFE: _("The shelf life is missing."),
        Missing.PACKS: _("There is no pack size on sale, with its price and where each fen of it goes."),
        Missing.HOUSEHOLDS: _(
            "%(have)s of %(need)s households agree that they earn by this product. Only what a household agrees to counts.",
            have=households,
            need=needed,
        ),
        Missing.BUSINESS_LICENCE: licence_fault_text(Need.BUSINESS, Fault.ABSENT),
        Missing.BUSINESS_LICENCE_EXPIRED: licence_fault_text(Need.BUSINESS, Fault.EXPIRED),
        Missing.FOOD_LICENCE: licence_fault_text(Need.FOOD, Fault.ABSENT),
        Missing.FOOD_LICENCE_EXPIRED: licence_fault_text(Need.FOOD, Fault.EXPIRED),
    }[kind]


def conflict_text(conflict: Conflict) -> str:
    """Say why somebody may not decide."""
    return {
        Conflict.OWN_SUPPLIER: _("You belong to this supplier. Somebody else must decide."),
        Conflict.OTHER_STAGE: _(
            "You decided at another stage of this application. Somebody else must decide here."
        ),
        Conflict.ANSWERED_LINKS: _(
            "You answered for households that earn by this product. Somebody else must decide."
        ),
        Conflict.OWN_HOUSEHOLD: _("Your own household earns by this product. Somebody else must decide."),
    }[conflict]


def setting_label(name: SettingName) -> str:
    """Return what a setting is called."""
    return {
        SettingName.VALIDITY_DAYS: _("Validity of a certificate, in days"),
        SettingName.RENEWAL_DAYS: _("Renewal opens so many days before the end"),
        SettingName.HOUSEHOLDS_NEEDED: _("Households that must agree"),
        SettingName.UNPAID_MONTHS: _("Months without payment before an alert"),
        SettingName.TOWNSHIP_DAYS: _("Days of the township"),
        SettingName.SECTOR_DAYS: _("Days of the sector office"),
        SettingName.COUNTY_DAYS: _("Days of the county"),
        SettingName.PRICE_RISE_PERCENT: _("Percent above the 90-day median before an alert on a price"),
    }[name]


@explains(errors.EvidenceMissing)
def _missing(_refusal: errors.EvidenceMissing) -> str:
    return _("Something is still missing. The list says what.")


@explains(errors.RenewalTooEarly)
def _too_early(refusal: errors.RenewalTooEarly) -> str:
    return _(
        "The certificate holds for a while yet. You can apply for its renewal from %(day)s.",
        day=day(refusal.opens_on),
    )


@explains(errors.MovedOn)
def _moved_on(refusal: errors.MovedOn) -> str:
    return _(
        "Somebody has decided in the meantime. The application stands here now: %(state)s.",
        state=state_label(refusal.state),
    )


@explains(errors.NotYourStage)
def _not_your_stage(refusal: errors.NotYourStage) -> str:
    return _("This stage is decided elsewhere: %(stage)s.", stage=stage_label(refusal.stage))


@explains(errors.ConflictOfInterest)
def _conflict(refusal: errors.ConflictOfInterest) -> str:
    return conflict_text(refusal.conflict)


@explains(errors.OpinionMissing)
def _opinion(_refusal: errors.OpinionMissing) -> str:
    return _("Write an opinion that you can answer for, in a few words at least.")


@explains(errors.BadIssuer)
def _issuer(_refusal: errors.BadIssuer) -> str:
    return _("Choose the office of the county in whose name the certificate is issued.")


@explains(errors.BadSetting)
def _setting(refusal: errors.BadSetting) -> str:
    return _(
        "Enter a number from %(least)s to %(most)s, from today or a later day.",
        least=refusal.least,
        most=refusal.most,
    )
