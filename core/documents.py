"""Documents that people hand in, kept privately: never among the public pictures, read through guarded views only."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from core import ids
from core.files import write_whole
from core.storage import LARGEST_PICTURE, LARGEST_UPLOAD

PDF, PICTURE = "application/pdf", "image/webp"

#: The longer edge of a kept picture, in pixels: small print stays readable.
LONGEST_EDGE = 2400


class NotADocument(ValueError):
    """The upload is neither a PDF nor a picture that can be read, or it is too large."""


@dataclass(frozen=True, slots=True)
class Document:
    """A kept document: its random key, what it is, and its size in bytes."""

    key: str
    media_type: str
    size: int


_folder = Path("var/private")


def use(folder: Path) -> None:
    """Choose the private folder of this process."""
    global _folder
    _folder = folder


def keep_document(data: bytes) -> Document:
    """Keep a PDF as it is and a picture re-encoded without its metadata; raises `NotADocument`."""
    if len(data) > LARGEST_UPLOAD:
        raise NotADocument("too many bytes")
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise NotADocument("a PDF that was cut off")
        return _write(data, PDF)
    return _write(_as_picture(data), PICTURE)


def keep_table(data: bytes, media_type: str) -> Document:
    """Keep a spreadsheet or table as it is, for a job that reads it; its reader has looked through it."""
    if len(data) > LARGEST_UPLOAD:
        raise NotADocument("too many bytes")
    return _write(data, media_type)


def document_path(key: str) -> Path:
    """Return where a kept document lies; only for the view that has checked who asks."""
    return _folder / key[:2] / key


def forget_document(key: str) -> None:
    """Remove a document to which nothing points."""
    document_path(key).unlink(missing_ok=True)


def _write(data: bytes, media_type: str) -> Document:
    key = ids.public_id(26)
    path = document_path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, data, 0o600)
    return Document(key, media_type, len(data))


def _as_picture(data: bytes) -> bytes:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > LARGEST_PICTURE:
                raise NotADocument("too many pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise NotADocument("neither a PDF nor a picture") from fault
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    encoded = BytesIO()
    picture.save(encoded, "WEBP", quality=80, method=2)
    return encoded.getvalue()
