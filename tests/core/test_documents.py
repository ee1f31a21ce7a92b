"""Documents that people hand in: what is kept, how, and what is refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from core import documents
from core.storage import LARGEST_UPLOAD
from tests.factories.licences import PDF, picture


def test_a_pdf_is_kept_as_it_is_under_a_name_of_chance(app: Flask) -> None:
    first, second = documents.keep_document(PDF), documents.keep_document(PDF)
    assert first.key != second.key
    assert (first.media_type, first.size) == ("application/pdf", len(PDF))
    path = documents.document_path(first.key)
    assert path.read_bytes() == PDF
    assert path.stat().st_mode & 0o077 == 0
    assert "media" not in path.parts
    documents.forget_document(first.key)
    assert not path.exists()
    documents.forget_document(first.key)


def test_a_picture_is_made_anew_without_its_metadata_and_no_larger_than_needed(app: Flask) -> None:
    kept = documents.keep_document(picture((3000, 1000)))
    data = documents.document_path(kept.key).read_bytes()
    assert kept.media_type == "image/webp"
    assert b"Secret Camera" not in data
    with Image.open(BytesIO(data)) as opened:
        assert (opened.format, opened.width) == ("WEBP", documents.LONGEST_EDGE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.4 cut off",
        b" " + PDF,
        b"PK\x03\x04" + b"0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"0" * 50,
        picture()[:200],
        PDF + b"0" * LARGEST_UPLOAD,
    ],
)
def test_what_is_neither_is_refused(app: Flask, data: bytes) -> None:
    with pytest.raises(documents.NotADocument):
        documents.keep_document(data)


def test_a_picture_of_too_many_pixels_is_not_decoded(app: Flask) -> None:
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    with pytest.raises(documents.NotADocument):
        documents.keep_document(bomb.getvalue())
