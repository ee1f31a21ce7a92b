"""The form with which the operator puts terms of return right."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from shop.catalogue import rules
from shop.catalogue.models import Product
from shop.catalogue.values import ReturnTerms, Terms
from shop.catalogue.wording import fault_text, terms_hint, terms_label
from web.forms import VERSION, Form, at_most, no_control_characters, required


class CorrectionForm(Form):
    """On which terms a product goes back from now on, and why."""

    version = HiddenField(validators=[Optional(), *VERSION])
    return_terms = RadioField(_l("Sending back without a reason"), [required()])
    return_note_zh = StringField(
        _l("Which flaw, or best before when, in Chinese"),
        [Optional(), at_most(rules.LONGEST["return_note_zh"]), no_control_characters],
        description=_l(
            "Needed for the last two. Buyers read it on the product's page and confirm it when ordering."
        ),
    )
    return_note_en = StringField(
        _l("Which flaw, or best before when, in English"),
        [Optional(), at_most(rules.LONGEST["return_note_en"]), no_control_characters],
    )
    reason = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l("The supplier reads it in a mail; it stays in the audit trail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the terms of return in the reader's language."""
        super().__init__(*args, **kwargs)
        self.return_terms.choices = [
            (terms.value, _("%(terms)s – %(hint)s", terms=terms_label(terms), hint=terms_hint(terms)))
            for terms in ReturnTerms
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and name at once what is missing of a flaw or a near end."""
        fine = super().validate(extra_validators)
        faults = [fault for fault in rules.faults_of_terms(self.to_terms()) if fault.field != "return_terms"]
        for fault in faults:
            self.add_error(fault.field, fault_text(fault))
        return fine and not faults

    def fill_from(self, product: Product) -> None:
        """Show on which terms a product goes back now."""
        for name in ("return_terms", "return_note_zh", "return_note_en"):
            self[name].data = getattr(product, name)
        self.version.data = str(product.version)

    def to_terms(self) -> Terms:
        """Return the terms that it is to have."""
        return Terms(
            self.return_terms.data or "",
            (self.return_note_zh.data or "").strip(),
            (self.return_note_en.data or "").strip(),
        )
