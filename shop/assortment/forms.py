"""Forms of the workbench: a product, a pack size with its price and ladder, stock, pictures."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, Regexp, StopValidation

from shop.catalogue import rules
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import (
    NewProduct,
    NewVariant,
    PriceStep,
    ProductEdit,
    ReturnTerms,
    VariantEdit,
)
from shop.catalogue.wording import terms_hint, terms_label
from shop.live.values import LEFT_OVER, SET_ASIDE, TAKEN_BACK
from web.forms import (
    VERSION,
    Form,
    WholeNumberField,
    YuanField,
    at_most,
    no_control_characters,
    required,
    single_use_token,
)

#: The field of a form that a fault of the rules belongs to, where it has another name.
FIELD_OF = {
    "village_id": "village",
    "size": "amount",
    "ladder": "step_packs_1",
    "price_fen": "price",
    "": "name_zh",
}


class SizeField(StringField):
    """A weight or a number of pieces as people type it: 2.5, 500, 12."""

    def __init__(self, label: Any = None, validators: Any = None, **kw: Any):
        super().__init__(label, validators, **kw)
        self.decimal: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the digits into `decimal`."""
        text = (self.data or "").strip()
        try:
            number = Decimal(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else None
        except InvalidOperation:
            number = None
        if number is None or not 0 < number <= 10_000_000:
            raise StopValidation(_("Enter a number, for example 2.5 or 12."))
        self.decimal = number


def _text(label: Any, most: int, *, needed: bool = False, hint: Any = "") -> StringField:
    first: list[Any] = [required()] if needed else [Optional()]
    return StringField(label, [*first, at_most(most), no_control_characters], description=hint)


def _long_text(label: Any, most: int, hint: Any = "") -> TextAreaField:
    return TextAreaField(label, [Optional(), at_most(most), no_control_characters], description=hint)


class ProductForm(Form):
    """What a product is."""

    once = HiddenField(validators=[Optional(), single_use_token])
    version = HiddenField(validators=[Optional(), *VERSION])
    supplier = SelectField(_l("Offered by"), [Optional()])
    name_zh = _text(_l("Name in Chinese"), rules.LONGEST["name_zh"], needed=True)
    name_en = _text(_l("Name in English"), rules.LONGEST["name_en"])
    category = SelectField(_l("Shelf"), [required()])
    village = SelectField(_l("Village of origin"), [required()])
    summary_zh = _text(
        _l("In one sentence, in Chinese"),
        rules.LONGEST["summary_zh"],
        hint=_l("What a buyer reads below the name."),
    )
    summary_en = _text(_l("In one sentence, in English"), rules.LONGEST["summary_en"])
    story_zh = _long_text(
        _l("Its story, in Chinese"),
        rules.LONGEST["story_zh"],
        _l("Where it comes from and who makes it. Name no households."),
    )
    story_en = _long_text(_l("Its story, in English"), rules.LONGEST["story_en"])
    storage_zh = _text(_l("How it is kept, in Chinese"), rules.LONGEST["storage_zh"])
    storage_en = _text(_l("How it is kept, in English"), rules.LONGEST["storage_en"])
    shelf_life = WholeNumberField(
        _l("Keeps for so many days"), [Optional()], least=1, most=rules.MOST_SHELF_LIFE_DAYS
    )
    return_terms = RadioField(
        _l("Sending back without a reason"),
        [required()],
        default=ReturnTerms.SEVEN_DAYS.value,
        description=_l("What is not as described or spoiled is always made good, whatever you choose here."),
    )
    return_note_zh = _text(
        _l("Which flaw, or best before when, in Chinese"),
        rules.LONGEST["return_note_zh"],
        hint=_l(
            "Needed for the last two. Buyers read it on the product's page and confirm it when ordering."
        ),
    )
    return_note_en = _text(_l("Which flaw, or best before when, in English"), rules.LONGEST["return_note_en"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the terms of return in the reader's language."""
        super().__init__(*args, **kwargs)
        self.return_terms.choices = [
            (terms.value, _("%(terms)s – %(hint)s", terms=terms_label(terms), hint=terms_hint(terms)))
            for terms in ReturnTerms
        ]

    def fill_from(self, product: Product) -> None:
        """Show what a product is now."""
        for name in (*rules.LONGEST, "category", "return_terms"):
            self[name].data = getattr(product, name)
        self.village.data = str(product.village_id)
        self.shelf_life.data = "" if product.shelf_life_days is None else str(product.shelf_life_days)
        self.version.data = str(product.version)

    def _facts(self) -> dict[str, Any]:
        village = self.village.data or ""
        return {
            "category": self.category.data,
            "village_id": int(village) if village.isascii() and village.isdigit() else 0,
            **{name: (self[name].data or "").strip().replace("\r\n", "\n") for name in rules.LONGEST},
            "shelf_life_days": self.shelf_life.number,
            "return_terms": self.return_terms.data,
        }

    def to_edit(self) -> ProductEdit:
        """Return what the product is to be."""
        return ProductEdit(**self._facts())

    def to_new(self, supplier_id: int) -> NewProduct:
        """Return the draft that is to be added."""
        return NewProduct(slug="", supplier_id=supplier_id, variants=(), **self._facts())


class PackForm(Form):
    """A pack size: what is in it, what it costs, where each fen goes, and how the price falls."""

    once = HiddenField(validators=[Optional(), single_use_token])
    version = HiddenField(validators=[Optional(), *VERSION])
    label_zh = _text(
        _l("What the pack is called, in Chinese"),
        rules.LONGEST_OF_PACKS["label_zh"],
        needed=True,
        hint=_l("For example 2.5kg 袋装."),
    )
    label_en = _text(_l("What the pack is called, in English"), rules.LONGEST_OF_PACKS["label_en"])
    amount = SizeField(_l("Weight or number in a pack"), [required()])
    unit = SelectField(
        _l("Counted in"), [required()], choices=[("kg", _l("kg")), ("g", _l("g")), ("piece", _l("pieces"))]
    )
    price = YuanField(_l("Price of a pack"), [required()], most=rules.MOST_PRICE_FEN)
    producer = YuanField(_l("To the growers"), [required()], least=0, most=rules.MOST_PRICE_FEN)
    logistics = YuanField(_l("Transport within the county"), [required()], least=0, most=rules.MOST_PRICE_FEN)
    other = YuanField(_l("Packing and other"), [required()], least=0, most=rules.MOST_PRICE_FEN)
    pack_multiple = WholeNumberField(
        _l("Sold by so many packs"),
        [required()],
        least=1,
        most=rules.MOST_PACKS,
        description=_l("1, unless packs are only sold by the carton."),
    )
    sku = _text(
        _l("Article number"),
        rules.LONGEST_OF_PACKS["sku"],
        hint=_l("Yours, as it stands on your papers. Left empty, it gets one of ours."),
    )
    stock = WholeNumberField(_l("Packs that lie ready"), [Optional()], least=0, most=rules.MOST_STOCK)

    step_packs_1 = WholeNumberField(_l("Step 1: from so many packs"), [Optional()], least=2, most=9999)
    step_price_1 = YuanField(_l("Step 1: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)
    step_packs_2 = WholeNumberField(_l("Step 2: from so many packs"), [Optional()], least=2, most=9999)
    step_price_2 = YuanField(_l("Step 2: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)
    step_packs_3 = WholeNumberField(_l("Step 3: from so many packs"), [Optional()], least=2, most=9999)
    step_price_3 = YuanField(_l("Step 3: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)
    step_packs_4 = WholeNumberField(_l("Step 4: from so many packs"), [Optional()], least=2, most=9999)
    step_price_4 = YuanField(_l("Step 4: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)
    step_packs_5 = WholeNumberField(_l("Step 5: from so many packs"), [Optional()], least=2, most=9999)
    step_price_5 = YuanField(_l("Step 5: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)
    step_packs_6 = WholeNumberField(_l("Step 6: from so many packs"), [Optional()], least=2, most=9999)
    step_price_6 = YuanField(_l("Step 6: each costs"), [Optional()], most=rules.MOST_PRICE_FEN)

    @property
    def steps(self) -> list[tuple[Any, Any]]:
        """Return the rows of the ladder to show: those that are filled, one more, and at least three."""
        rows = [(self[f"step_packs_{n}"], self[f"step_price_{n}"]) for n in range(1, rules.MOST_STEPS + 1)]
        filled = max((n for n, row in enumerate(rows, 1) if row[0].data or row[1].data), default=0)
        return rows[: max(3, filled + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a step of the ladder has both of its numbers."""
        fine = super().validate(extra_validators)
        for n in range(1, rules.MOST_STEPS + 1):
            packs, price = self[f"step_packs_{n}"], self[f"step_price_{n}"]
            if bool((packs.data or "").strip()) != bool((price.data or "").strip()):
                empty = f"step_price_{n}" if packs.data else f"step_packs_{n}"
                self.add_error(empty, _("A step needs both: from how many packs, and the price of each."))
                fine = False
        if self.unit.data in ("g", "piece") and self.amount.decimal is not None:
            if self.amount.decimal != self.amount.decimal.to_integral_value():
                self.add_error("amount", _("Grams and pieces are whole numbers."))
                fine = False
        elif self.amount.decimal is not None and self.amount.decimal * 1000 % 1:
            self.add_error("amount", _("At most three digits after the point."))
            fine = False
        return fine

    def fill_from(self, variant: Variant) -> None:
        """Show what a pack size is now."""
        for name in rules.LONGEST_OF_PACKS:
            self[name].data = getattr(variant, name)
        if variant.net_grams is None:
            self.amount.data, self.unit.data = str(variant.pieces), "piece"
        elif variant.net_grams % 100 == 0 or variant.net_grams >= 1000:
            self.amount.data, self.unit.data = _plain(Decimal(variant.net_grams) / 1000), "kg"
        else:
            self.amount.data, self.unit.data = str(variant.net_grams), "g"
        for name in ("price", "producer", "logistics", "other"):
            self[name].data = _yuan(getattr(variant, f"{name}_fen"))
        self.pack_multiple.data = str(variant.pack_multiple)
        for n, step in enumerate(rules.as_ladder(variant.ladder), 1):
            self[f"step_packs_{n}"].data = str(step.from_packs)
            self[f"step_price_{n}"].data = _yuan(step.price_fen)
        self.version.data = str(variant.version)

    def _facts(self) -> dict[str, Any]:
        size = self.amount.decimal or Decimal(0)
        grams = int(size * 1000) if self.unit.data == "kg" else int(size)
        rows = [(self[f"step_packs_{n}"].number, self[f"step_price_{n}"].fen) for n in range(1, 7)]
        return {
            **{name: (self[name].data or "").strip() for name in rules.LONGEST_OF_PACKS},
            "net_grams": None if self.unit.data == "piece" else grams,
            "pieces": int(size) if self.unit.data == "piece" else None,
            "price_fen": self.price.fen or 0,
            "producer_fen": self.producer.fen or 0,
            "logistics_fen": self.logistics.fen or 0,
            "other_fen": self.other.fen or 0,
            "pack_multiple": self.pack_multiple.number or 1,
            "ladder": tuple(PriceStep(packs, price) for packs, price in rows if packs and price),
        }

    def to_edit(self) -> VariantEdit:
        """Return what the pack size is to be."""
        return VariantEdit(**self._facts())

    def to_new(self) -> NewVariant:
        """Return the pack size that is to be added."""
        return NewVariant(**self._facts(), stock=self.stock.number or 0)


def _not_ours(_form: Any, field: StringField) -> None:
    """Refuse the words by which the books know packs that moved to a live session and back."""
    if (field.data or "").strip() in (SET_ASIDE, TAKEN_BACK, LEFT_OVER):
        raise StopValidation(_("Say it in words of your own."))


class StockForm(Form):
    """What came, or what was counted."""

    once = HiddenField(validators=[single_use_token])
    what = RadioField(
        _l("What happened"),
        [required()],
        choices=[("receive", _l("Packs came in")), ("count", _l("Packs were counted"))],
    )
    packs = WholeNumberField(_l("How many packs"), [required()], least=0, most=rules.MOST_STOCK)
    reason = StringField(
        _l("Reason"),
        [required(), at_most(200), no_control_characters, _not_ours],
        description=_l("For example: harvest of this week, broken in the store, counted on Friday."),
    )


class PictureForm(Form):
    """Pictures to add."""

    pictures = MultipleFileField(
        _l("Pictures"),
        description=_l("JPEG, PNG, WebP or GIF, at most 10 MB. Place and camera are removed from them."),
    )
    alt_zh = StringField(
        _l("What they show, in Chinese"),
        [Optional(), at_most(rules.LONGEST_ALT), no_control_characters],
        description=_l("For those who do not see them. Left empty, the name of the product is read out."),
    )
    alt_en = StringField(
        _l("What they show, in English"), [Optional(), at_most(rules.LONGEST_ALT), no_control_characters]
    )


class OnePictureForm(Form):
    """What to do with a picture."""

    what = HiddenField(validators=[Regexp(r"^(describe|up|down|cover|remove)$")])
    alt_zh = StringField(validators=[Optional(), Length(max=rules.LONGEST_ALT), no_control_characters])
    alt_en = StringField(validators=[Optional(), Length(max=rules.LONGEST_ALT), no_control_characters])


class VersionForm(Form):
    """A button that says which version it saw."""

    version = HiddenField(validators=VERSION)


def put_faults(form: Form, faults: Any, text_of: Any) -> None:
    """Put each fault of the rules beside the field it belongs to."""
    for fault in faults:
        name = FIELD_OF.get(fault.field, fault.field)
        form.add_error(name if name in form else next(iter(form)).name, text_of(fault))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _plain(number: Decimal) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
