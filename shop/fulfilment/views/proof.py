"""Noting who took a parcel, with a photo of it: the same at a node's desk and at the supplier's."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import documents
from core.db import transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from shop.fulfilment.forms import ProofForm
from web.access import current_actor
from web.wording import words_for


def note_receiver(
    form: ProofForm, note: Callable[[Session, Actor, str, str, str | None], bool], code: str
) -> int | None:
    """Note what the form says of the parcel with this code, and tell of it; the status of a form that goes back, or None.

    `note` gets the name of who took it and the key of the photo, and says whether it is the first to be noted. A photo
    that is not needed is forgotten.
    """
    photo = form.keep_photo() if form.validate() else None
    if form.errors:
        return 422
    noted = False
    try:
        with transaction() as session:
            noted = note(session, current_actor(), code, " ".join((form.receiver.data or "").split()), photo)
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("receiver", words_for(refusal))
        return int(refusal.status)
    finally:
        if photo is not None and not noted:
            documents.forget_document(photo)
    if noted:
        flash(_("Noted who took it."), "good")
    else:
        flash(_("It was handed over before."), "info")
    return None
