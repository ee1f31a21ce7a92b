"""Forms of registrations: organisation, place, contact, and the operator's decision."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from accounts.registrations import rules, wording
from accounts.registrations.values import Identity
from accounts.values import LegalForm, OrganisationKind
from registry.values import PickerLevel
from web.forms import Form, at_most, no_control_characters, required, single_use_token
from web.language import in_language


class IdentityForm(Form):
    """Who is it?"""

    once = HiddenField(validators=[single_use_token])
    legal_form = SelectField(_l("Kind of organisation"), [required()], choices=[])
    name_zh = StringField(
        _l("Legal name"),
        [required(), at_most(rules.LONGEST_NAME), no_control_characters],
        description=_l("As it stands on the licence, in Chinese."),
    )
    name_en = StringField(_l("Name in English"), [Optional(), at_most(120), no_control_characters])
    credit_code = StringField(
        _l("Unified social credit code"),
        [required(), at_most(40), no_control_characters],
        description=_l("18 digits and capitals, on every business licence."),
    )

    def offer(self) -> None:
        """Fill in what can be chosen: suppliers first, then institutions."""
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Please choose"))]}
        words = {
            OrganisationKind.SUPPLIER: _("Suppliers"),
            OrganisationKind.INSTITUTION: _("Institutions with a canteen"),
        }
        for form in LegalForm:
            groups.setdefault(words[form.organisation_kind], []).append(
                (form.value, wording.form_label(form))
            )
        plain = groups.pop("")
        self.legal_form.choices = {_("Not chosen yet"): plain, **groups}

    def to_identity(self) -> Identity:
        """Return who it is."""
        return Identity(
            legal_form=LegalForm(self.legal_form.data),
            name_zh=(self.name_zh.data or "").strip(),
            name_en=(self.name_en.data or "").strip(),
            credit_code=rules.normalise_code(self.credit_code.data or ""),
        )


class PlaceForm(Form):
    """Where is it? Each list opens when the one before it is picked."""

    province = SelectField(_l("Province"), validate_choice=False)
    county = SelectField(_l("County or district"), validate_choice=False)
    town = SelectField(_l("Town or street"), validate_choice=False)
    village = SelectField(_l("Village or community"), validate_choice=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes that were picked, from the province down."""
        fields = (self.province, self.county, self.town, self.village)
        return tuple((field.data or "").replace("\x00", "")[:20] for field in fields)

    def offer(self, levels: tuple[PickerLevel, ...]) -> None:
        """Fill in what can be picked at each level."""
        fields = (self.province, self.county, self.town, self.village)
        above_picked = True
        for field, level in zip(fields, levels, strict=True):
            field.data = level.picked
            nothing = ("", self._nothing(level, above_picked))
            above_picked = bool(level.picked)
            groups = {
                in_language(*name): [(choice.code, in_language(*choice.name)) for choice in choices]
                for name, choices in level.groups
            }
            if set(groups) <= {""}:
                field.choices = [nothing, *groups.get("", [])]
            else:
                field.choices = {_("Not chosen yet"): [nothing], **groups}

    @staticmethod
    def _nothing(level: PickerLevel, above_picked: bool) -> str:
        if not level.empty:
            return _("Please choose")
        return _("Not in our list") if above_picked else _("Pick the one above first")


class ContactForm(Form):
    """Who answers for it?"""

    contact_name = StringField(_l("Contact person"), [required(), at_most(40), no_control_characters])
    contact_phone = TelField(
        _l("Phone number"),
        [required(), at_most(30), no_control_characters],
        description=_l(
            "Mobile or landline. Only the operator, your county and your trading partners see it."
        ),
    )


class DecisionForm(Form):
    """What the operator decides."""

    outcome = RadioField(
        _l("Your decision"),
        [required()],
        choices=[
            ("approve", _l("Approve: take the organisation in")),
            ("refuse", _l("Send back with a reason")),
        ],
    )
    reason = TextAreaField(
        _l("What has to be mended"),
        [Optional(), at_most(rules.LONGEST_REASON), no_control_characters],
        description=_l("Needed when you send it back. The applicant reads it."),
    )
