"""Files that people upload, re-encoded and kept under names made from their content."""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

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
    if len(data) > LARGEST_UPLOAD:
        raise NotAPicture("too many bytes")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
            if opened.width * opened.height > LARGEST_PICTURE:
                raise NotAPicture("too many pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as problem:
        raise NotAPicture("not a picture") from problem
    key = hashlib.sha256(data).hexdigest()[:24]
    home = _folder / key[:2]
    home.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        target = home / f"{key}-{width}.webp"
        if target.exists():
            continue
        copy = picture.copy()
        copy.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
        part = target.with_suffix(f".{os.getpid()}.part")
        copy.save(part, "WEBP", quality=82, method=2)
        os.replace(part, target)
    return key


def shrink_picture(data: bytes, longest: int = 1280) -> bytes:
    """Return a picture re-encoded as WebP without its metadata, for what is not shown to everybody; keeps nothing."""
    if len(data) > LARGEST_UPLOAD:
        raise NotAPicture("too many bytes")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
            if opened.width * opened.height > LARGEST_PICTURE:
                raise NotAPicture("too many pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as problem:
        raise NotAPicture("not a picture") from problem
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
