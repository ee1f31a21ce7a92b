"""Forms of tracing: batches, corrections, closings, labels, a code to type."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional

from publicity.complaints.forms import ComplaintForm
from shop.tracing import rules
from shop.tracing.values import (
    BatchFacts,
    Closing,
    LabelKind,
    LabelLanguage,
    LabelOrder,
    NewBatch,
    SheetFormat,
)
from shop.tracing.wording import CLOSINGS, LABEL_KINDS, LANGUAGES, SHEETS
from web.forms import (
    DateField,
    Form,
    WholeNumberField,
    at_most,
    no_control_characters,
    required,
    single_use_token,
)


class _FactsForm(Form):
    """What is known of a batch."""

    made_on = DateField(_l("Made on"), [required()])
    best_before = DateField(_l("Best before"), [Optional()])
    packs = WholeNumberField(_l("Number of packs"), [required()], least=1, most=rules.MOST_PACKS)
    storage_zh = StringField(
        _l("Storage, in Chinese"), [at_most(rules.LONGEST_STORAGE), no_control_characters]
    )
    storage_en = StringField(
        _l("Storage, in English"), [at_most(rules.LONGEST_STORAGE), no_control_characters]
    )
    inspection_number = StringField(
        _l("Number of the inspection report"), [at_most(rules.LONGEST_INSPECTION), no_control_characters]
    )
    inspected_on = DateField(_l("Day of the report"), [Optional()])

    def to_facts(self) -> BatchFacts:
        """Return what is known; called once the form is valid."""
        assert self.made_on.data is not None
        assert self.packs.number is not None
        return BatchFacts(
            made_on=self.made_on.data,
            packs=self.packs.number,
            best_before=self.best_before.data,
            storage_zh=(self.storage_zh.data or "").strip(),
            storage_en=(self.storage_en.data or "").strip(),
            inspection_number=(self.inspection_number.data or "").strip(),
            inspected_on=self.inspected_on.data,
        )


class BatchForm(_FactsForm):
    """A new batch."""

    once = HiddenField(validators=[single_use_token])
    variant = SelectField(_l("Pack size"), [required()])
    number = StringField(
        _l("Batch number"), [required(), at_most(rules.LONGEST_NUMBER), no_control_characters]
    )
    into_stock = BooleanField(_l("Take these packs into the stock now"))

    def to_request(self, slug: str) -> NewBatch:
        """Return the batch as written; called once the form is valid."""
        return NewBatch(
            product_slug=slug,
            variant_id=int(self.variant.data),
            number=self.number.data or "",
            facts=self.to_facts(),
            once=self.once.data or "",
            into_stock=bool(self.into_stock.data),
        )


class CorrectionForm(_FactsForm):
    """What is known better now, and why; `version` is the one that the person saw."""

    version = HiddenField()
    reason = StringField(
        _l("Why is it corrected?"), [required(), at_most(rules.LONGEST_REASON), no_control_characters]
    )

    @property
    def seen_version(self) -> int:
        """Return the version that stood on the page; 0 for one that no page of ours wrote."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


class ClosingForm(Form):
    """Why a batch is closed."""

    closing = RadioField(
        _l("How to close it"),
        [InputRequired(_l("Choose one of the two."))],
        choices=[SelectChoice(value, label) for value, label in CLOSINGS.items()],
    )
    closing_reason = TextAreaField(
        _l("Reason for everybody to read"),
        [required(), at_most(rules.LONGEST_REASON), no_control_characters],
    )

    def to_closing(self) -> Closing:
        """Return what was chosen; called once the form is valid."""
        return Closing(self.closing.data)


class LabelsForm(Form):
    """Which labels to print."""

    code = SelectField(_l("For which packs"), [required()])
    sheet = RadioField(
        _l("Sheet"),
        [InputRequired(_l("Choose a sheet."))],
        choices=[SelectChoice(value, label) for value, label in SHEETS.items()],
    )
    count = WholeNumberField(_l("How many labels"), [required()], least=1, most=rules.MOST_LABELS)
    start = WholeNumberField(_l("First free place of the first sheet"), [required()], least=1, most=24)
    kind = RadioField(
        _l("What the label says"),
        [InputRequired(_l("Choose one of the two."))],
        choices=[SelectChoice(value, label) for value, label in LABEL_KINDS.items()],
    )
    language = RadioField(
        _l("Language of the label"),
        [InputRequired(_l("Choose a language."))],
        choices=[SelectChoice(value, label) for value, label in LANGUAGES.items()],
    )

    def to_order(self) -> LabelOrder:
        """Return what was chosen; called once the form is valid."""
        assert self.count.number is not None
        assert self.start.number is not None
        return LabelOrder(
            code=self.code.data,
            sheet=SheetFormat(self.sheet.data),
            count=self.count.number,
            start=self.start.number,
            kind=LabelKind(self.kind.data),
            language=LabelLanguage(self.language.data),
        )


class FalseLabelForm(ComplaintForm):
    """A report about a code that nothing has; the county that the label names helps to find who answers."""

    county = SelectField(_l("Which county does the label name?"), validate_choice=True)
