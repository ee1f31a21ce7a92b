"""The form of a licence and the document that comes with it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from accounts.licences import wording
from accounts.licences.rules import LONGEST_NUMBER
from accounts.licences.values import LicenceKind, NewLicence
from core import documents, storage
from core.documents import Document
from web.forms import DateField, Form, at_most, no_control_characters, required, single_use_token


class LicenceForm(Form):
    """What somebody hands in."""

    once = HiddenField(validators=[single_use_token])
    renews = HiddenField(validators=[at_most(40), no_control_characters])
    kind = SelectField(_l("What is it?"), [required()], choices=[])
    number = StringField(
        _l("Number on the document"), [required(), at_most(LONGEST_NUMBER), no_control_characters]
    )
    valid_from = DateField(_l("Valid from"), [required()])
    valid_until = DateField(_l("Valid until"), [Optional()])
    long_term = BooleanField(_l("Long-term: no last day stands on it"))
    document = FileField(
        _l("PDF or picture of it"),
        [required()],
        description=_l(
            "PDF, JPEG, PNG or WebP, at most 10 MB. Only you, your county and the operator see it."
        ),
    )

    def offer(self, *, renewing: bool = False) -> None:
        """Fill in what can be chosen."""
        kinds = [(kind.value, wording.kind_label(kind)) for kind in LicenceKind]
        self.kind.choices = kinds if renewing else [("", _("Please choose")), *kinds]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a licence ends on a day or is long-term, one of the two."""
        fine = super().validate(extra_validators)
        if fine and bool(self.valid_until.data) == bool(self.long_term.data):
            self.add_error(
                "valid_until", _("Enter the last day, or tick that it is long-term; one of the two.")
            )
            return False
        return fine

    def keep_document(self) -> Document | None:
        """Keep the document that came with the form; what is none leaves an error beside the field."""
        upload = request.files.get("document")
        data = (
            upload.stream.read(storage.LARGEST_UPLOAD + 1) if upload is not None and upload.filename else b""
        )
        try:
            return documents.keep_document(data)
        except documents.NotADocument:
            self.add_error(
                "document",
                _("This is neither a PDF nor a picture that can be read, or it has more than 10 MB.")
                if data
                else _("The file is empty."),
            )
            return None

    def to_licence(self, document: Document) -> NewLicence:
        """Return what is handed in."""
        assert self.valid_from.data
        return NewLicence(
            kind=LicenceKind(self.kind.data),
            number=self.number.data or "",
            valid_from=self.valid_from.data,
            valid_until=None if self.long_term.data else self.valid_until.data,
            document_key=document.key,
            document_type=document.media_type,
            document_bytes=document.size,
            once=self.once.data or "",
            renews=self.renews.data or "",
        )


#: Where the words for a licence that cannot be stand in the form.
FIELD_OF = {"expired": "valid_until", "renews": "kind"}
