"""Forms of applications: handing in, deciding, settings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Optional

from shop.applications.rules import LONGEST_OPINION
from shop.applications.values import Decision, Stage
from shop.certification.values import CertificateKind
from web.forms import DateField, Form, WholeNumberField, at_most, no_control_characters, required


class StatementForm(Form):
    """What a supplier says to those who decide."""

    kind = RadioField(
        _l("What it is to be certified as"),
        [DataRequired()],
        choices=[
            (
                CertificateKind.AID_PRODUCT.value,
                _l("Aid product: made by your enterprise, in the county or of its raw material"),
            ),
            (CertificateKind.LOCAL_PRODUCT.value, _l("Local product: goods collected loose from households")),
        ],
        default=CertificateKind.AID_PRODUCT.value,
    )
    statement = TextAreaField(
        _l("What you want those who decide to know"),
        [Optional(), at_most(1000), no_control_characters],
        description=_l("Who grows it, who earns by it, how you keep its quality. Name no households."),
    )


class DecisionForm(Form):
    """What a certifier decides on a stage."""

    outcome = RadioField(
        _l("Decision"),
        [required()],
        choices=[("pass", _l("Pass it on")), ("refuse", _l("Do not pass it"))],
    )
    opinion = TextAreaField(
        _l("Opinion or reason"),
        [required(), at_most(LONGEST_OPINION), no_control_characters],
        description=_l("You answer for it with your name. The supplier reads it. Name no households."),
    )
    issuer = SelectField(_l("Issued by"), [Optional()], validate_choice=False)

    def to_decision(self, stage: Stage) -> Decision:
        """Return the decision on the stage that stood on the page."""
        text = self.issuer.data or ""
        return Decision(
            stage,
            self.outcome.data == "pass",
            self.opinion.data or "",
            int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None,
        )


class SettingForm(Form):
    """One setting of the programme from a day on."""

    name = SelectField(_l("Setting"), [required()])
    value = WholeNumberField(_l("Value"), [required()], least=1, most=10_000)
    valid_from = DateField(_l("Holds from"), [required()])
