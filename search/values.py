"""Words of search: what a document is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found about one thing, as plain text in any language; later parts weigh less.

    `title` is its name, `keywords` are places and makers, `text` is the rest. Only words of it are kept.
    """

    id: int
    title: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
