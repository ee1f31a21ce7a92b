"""Files that people upload, re-encoded and kept under names made from their content."""

from __future__ import annotations

import hashlib
import struct
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from core.files import write_whole

#: Bytes of an upload and pixels of a picture beyond which nothing is decoded.
LARGEST_UPLOAD = 10 * 1024 * 1024
LARGEST_PICTURE = 40_000_000
WIDTHS = (320, 640, 1200)

Image.MAX_IMAGE_PIXELS = LARGEST_PICTURE


class NotAPicture(ValueError):
    """The upload is no picture that can be shown, or a dangerously large one."""


_folder = Path("var/media")


def use(folder: Path) -> None:
    """Choose the media folder of this process."""
    global _folder
    _folder = folder


def folder() -> Path:
    """Return the media folder."""
    return _folder


def keep_picture(data: bytes) -> str:
    """Re-encode a picture without its metadata in every width and return its key (part of the public address)."""
    picture = _decode(data)
    key = hashlib.sha256(data).hexdigest()[:24]
    home = _folder / key[:2]
    home.mkdir(parents=True, exist_ok=True)
    for width in sorted(WIDTHS, reverse=True):
        # From the widest down, each from the one before: a large original is held in memory once.
        picture.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
        target = home / f"{key}-{width}.webp"
        if target.exists():
            continue
        made = BytesIO()
        picture.save(made, "WEBP", quality=82, method=2)
        write_whole(target, made.getvalue())
    return key


def _decode(data: bytes) -> Image.Image:
    """Decode an upload upright and in plain colours; its size is known before a pixel is decoded."""
    if len(data) > LARGEST_UPLOAD:
        raise NotAPicture("too many bytes")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
            large = opened.width * opened.height > LARGEST_PICTURE
            picture = None if large else ImageOps.exif_transpose(opened).convert("RGB")
    except Image.DecompressionBombError as problem:
        raise NotAPicture("too many pixels") from problem
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error) as problem:
        raise NotAPicture("not a picture") from problem
    if picture is None:
        raise NotAPicture("too many pixels")
    return picture


def shrink_picture(data: bytes, longest: int = 1280) -> bytes:
    """Return a picture re-encoded as WebP without its metadata, for what is not shown to everybody; keeps nothing."""
    picture = _decode(data)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    made = BytesIO()
    picture.save(made, "WEBP", quality=80, method=2)
    return made.getvalue()


def picture_url(key: str | None, width: int = 640) -> str:
    """Return the address of a kept picture at one of `WIDTHS`, or of the drawn placeholder."""
    return f"/media/{key[:2]}/{key}-{width}.webp" if key else "/static/img/product-placeholder.svg"


def picture_srcset(key: str | None) -> str:
    """Return the `srcset` of a kept picture, empty for the placeholder."""
    return ", ".join(f"{picture_url(key, width)} {width}w" for width in WIDTHS) if key else ""
