"""Forms of after sales: filing, answering, deciding, sending back."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Optional, Regexp

from core import ids, storage
from shop.after_sales import rules, wording
from shop.after_sales.values import Arrived, ClaimKind, GoesBackTo, Move, NewClaim, Reason, Settlement, Wish
from shop.orders.forms import mainland_phone
from web.forms import (
    Form,
    WholeNumberField,
    YuanField,
    at_most,
    narrowed,
    no_control_characters,
    required,
    single_use_token,
)


class FilingForm(Form):
    """What every claim says: how many packs, in whose words; and the token that makes it one claim."""

    quantity = WholeNumberField(_l("How many packs it concerns"), [required()], least=1)
    words = TextAreaField(_l("Remark"), [no_control_characters, at_most(rules.MOST_WORDS)])
    once = HiddenField(validators=[single_use_token])

    def begin(self, packs: int) -> None:
        """Fill in a new form about so many packs."""
        self.once.data = ids.public_id(20)
        self.quantity.data = str(packs)


class ClaimForm(FilingForm):
    """That something was not right."""

    reason = RadioField(_l("Reason"), [required()])
    words = TextAreaField(_l("What is wrong"), [required(), no_control_characters, at_most(rules.MOST_WORDS)])
    wants = RadioField(_l("What you would like"), [required()])
    amount = YuanField(_l("How much"), [Optional()])
    photos = MultipleFileField(_l("Photos"), [Optional()])
    kept_photos: tuple[bytes, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the reasons and wishes in the reader's language."""
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            (reason.value, wording.reason_label(reason))
            for reason in Reason
            if reason is not Reason.NO_REASON
        ]
        self.wants.choices = [(wish.value, wording.wish_label(wish)) for wish in Wish]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, re-encode the photos, and ask for the words and the amount that a claim needs."""
        fine = super().validate(extra_validators)
        if len((self.words.data or "").strip()) < 2 and not self.words.errors:
            self.add_error("words", _("Please say what is wrong."))
            fine = False
        if self.wants.data == Wish.REFUND_PART and self.amount.fen is None and not self.amount.errors:
            self.add_error("amount", _("Enter how much you would like back."))
            fine = False
        return self._keep_photos() and fine

    def _keep_photos(self) -> bool:
        uploads = [upload for upload in request.files.getlist("photos") if upload.filename]
        if len(uploads) > rules.MOST_PHOTOS:
            self.add_error("photos", _("At most %(most)s photos.", most=rules.MOST_PHOTOS))
            return False
        kept = []
        for upload in uploads:
            try:
                kept.append(storage.shrink_picture(upload.stream.read(storage.LARGEST_UPLOAD + 1)))
            except storage.NotAPicture:
                self.add_error(
                    "photos",
                    _(
                        "“%(name)s” is no picture that can be shown, or it has more than 10 MB.",
                        name=upload.filename,
                    ),
                )
                return False
        self.kept_photos = tuple(kept)
        return True

    def to_claim(self, line_id: int) -> NewClaim:
        """Return the claim as written."""
        assert self.quantity.number is not None
        return NewClaim(
            self.once.data or "",
            line_id,
            ClaimKind.QUALITY,
            Reason(self.reason.data),
            Wish(self.wants.data),
            self.quantity.number,
            self.amount.fen,
            self.words.data or "",
            self.kept_photos,
        )


class ReturnForm(FilingForm):
    """That goods go back without a reason; `unopened` is asked where only such packs do."""

    unopened = RadioField(
        _l("The packs that you send back are"),
        [Optional()],
        choices=[("yes", _l("unopened, as they came")), ("no", _l("opened"))],
        validate_choice=False,
    )

    def to_claim(self, line_id: int) -> NewClaim:
        """Return the claim as written."""
        assert self.quantity.number is not None
        return NewClaim(
            self.once.data or "",
            line_id,
            ClaimKind.RETURN,
            Reason.NO_REASON,
            Wish.RETURN_REFUND,
            self.quantity.number,
            words=self.words.data or "",
            unopened={"yes": True, "no": False}.get(self.unopened.data or ""),
        )


class ReplyForm(Form):
    """A buyer's step, and the words that go with it."""

    move = HiddenField()
    words = TextAreaField(
        _l("Why the operator should decide"), [no_control_characters, at_most(rules.MOST_WORDS)]
    )

    @property
    def chosen(self) -> Move | None:
        """Return the step that was chosen, or None when it is none of a buyer's."""
        known = {move.value: move for move in (Move.ACCEPT, Move.ESCALATE, Move.WITHDRAW)}
        return known.get(self.move.data or "")


class SendBackForm(Form):
    """With whom goods travel back, and under which number."""

    carrier = StringField(
        _l("Carrier"),
        [required(), no_control_characters, at_most(40)],
    )
    tracking_number = StringField(
        _l("Number on the waybill"),
        [
            required(),
            at_most(40),
            Regexp(
                r"^\s*[0-9A-Za-z·\- ]{4,40}\s*$",
                message=_l("Enter letters and digits, for example SF1234567890."),
            ),
        ],
        filters=[narrowed],
    )


class _SettlingForm(Form):
    """A choice between steps, of which one names an amount and whether the goods go back first."""

    move = RadioField(_l("Answer"), [required()])
    amount = YuanField(_l("How much goes back"), [Optional()])
    goods_back = BooleanField(_l("Only once the goods are back"))
    words = TextAreaField(_l("Reason"), [no_control_characters, at_most(rules.MOST_WORDS)])
    #: The step that names an amount, and the steps that need words.
    naming: Move
    explained: tuple[Move, ...]

    @property
    def chosen(self) -> Move:
        """Return the step that was chosen."""
        return Move(self.move.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; an amount where one is named, words where they are needed."""
        fine = super().validate(extra_validators)
        if self.move.data == self.naming and self.amount.fen is None and not self.amount.errors:
            self.add_error("amount", _("Enter an amount in yuan, for example 50 or 12.50."))
            fine = False
        if self.move.data in self.explained and len((self.words.data or "").strip()) < 2:
            self.add_error("words", _("Please say why, in a sentence that the other side can follow."))
            fine = False
        return fine

    def to_settlement(self) -> Settlement | None:
        """Return what is offered or decided; None where no amount is named."""
        if self.chosen is not self.naming or self.amount.fen is None:
            return None
        return Settlement(self.amount.fen, bool(self.goods_back.data))


class AnswerForm(_SettlingForm):
    """What a supplier answers."""

    naming = Move.OFFER
    explained = (Move.REFUSE,)

    def offer(self, asked: str) -> None:
        """Fill in what can be chosen; `asked` is what the buyer asks for, as text."""
        self.move.choices = [
            (Move.AGREE.value, _("Agree to %(asked)s", asked=asked)),
            (Move.OFFER.value, _("Offer something else")),
            (Move.REFUSE.value, _("Refuse")),
        ]


class DecisionForm(_SettlingForm):
    """What the operator decides."""

    words = TextAreaField(_l("Reason"), [required(), no_control_characters, at_most(rules.MOST_WORDS)])
    naming = Move.GRANT
    explained = (Move.GRANT, Move.DISMISS)

    def offer(self, *, may_ask_back: bool) -> None:
        """Fill in what can be chosen; goods that came back already are not asked for again."""
        self.move.label.text = _("Decision on the claim")
        self.move.choices = [
            (Move.GRANT.value, _("Money goes back")),
            (Move.DISMISS.value, _("Nothing goes back")),
        ]
        if not may_ask_back:
            del self.goods_back

    def to_settlement(self) -> Settlement | None:
        """Return what is decided; None where nothing goes back."""
        if self.chosen is not self.naming or self.amount.fen is None:
            return None
        return Settlement(self.amount.fen, "goods_back" in self and bool(self.goods_back.data))


class ArrivedForm(Form):
    """What a supplier found in a parcel that came back."""

    move = RadioField(_l("What came back"), [required()])
    resaleable = WholeNumberField(_l("Packs that can be sold again"), [Optional()])
    words = TextAreaField(_l("Remark"), [no_control_characters, at_most(rules.MOST_WORDS)])

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.move.choices = [
            (Move.CONFIRM_RETURN.value, _("Everything came back as it was")),
            (Move.OBJECT.value, _("Something is missing or was used: the operator should decide")),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; how many can be sold again, or what is not right."""
        fine = super().validate(extra_validators)
        if (
            self.move.data == Move.CONFIRM_RETURN
            and self.resaleable.number is None
            and not self.resaleable.errors
        ):
            self.add_error("resaleable", _("Enter how many packs can be sold again; 0 is possible."))
            fine = False
        if self.move.data == Move.OBJECT and len((self.words.data or "").strip()) < 2:
            self.add_error("words", _("Please say why, in a sentence that the other side can follow."))
            fine = False
        return fine

    def to_arrived(self) -> Arrived:
        """Return what came back."""
        return Arrived(self.resaleable.number or 0, self.words.data or "")


class ReturnAddressForm(Form):
    """Where a supplier takes goods back."""

    recipient = StringField(_l("Who takes the parcel"), [required(), at_most(60), no_control_characters])
    phone = TelField(_l("Phone"), [required(), at_most(30), mainland_phone])
    address = StringField(
        _l("Address, from the province to the door"), [required(), at_most(200), no_control_characters]
    )

    def to_place(self) -> GoesBackTo:
        """Return what was typed; called once the form is valid."""
        recipient, phone, address = (
            " ".join((field.data or "").split()) for field in (self.recipient, self.phone, self.address)
        )
        return GoesBackTo(recipient, phone, address)
