"""Writing mail: a text and an HTML body from templates, in the reader's language, into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from core import mail
from core.db import transaction

_app: Flask | None = None


def init_app(app: Flask) -> None:
    """Write mail with the templates of this application, from any thread of this process."""
    global _app
    _app = app


def post(session: Session, **asked: Any) -> None:
    """Compose a message (`compose`) and put it into the outbox of this step, once."""
    mail.post(session, compose(**asked))


def compose(
    *,
    key: str,
    recipient: str,
    template: str,
    locale: str = "zh_Hans_CN",
    waited_for: bool = False,
    **context: Any,
) -> mail.Letter:
    """Compose `<template>.txt` (first line: the subject) and `<template>.html` for one reader.

    Called by the worker, never while a page waits. `waited_for`: somebody sits before an empty mailbox.
    """
    if _app is None:
        raise RuntimeError("web.mailing.init_app() was not called")
    base_url = _app.config["BASE_URL"]
    with _app.test_request_context(base_url=base_url), force_locale(locale):
        context = {"base_url": base_url, "locale_code": locale, **context}
        subject, _, text = render_template(f"{template}.txt", **context).strip().partition("\n")
        html = render_template(f"{template}.html", subject=subject.strip(), **context)
    return mail.Letter(key, recipient, subject.strip(), text.strip() + "\n", html, locale, waited_for)


def post_together(
    composed: Callable[[dict[str, Any]], Iterable[mail.Letter]], payloads: Sequence[dict[str, Any]]
) -> dict[int, Exception]:
    """Post the letters of many jobs in one step and return what went wrong, by the place of the job.

    What cannot be composed, or what the database refuses, fails alone.
    """
    letters: dict[int, list[mail.Letter]] = {}
    failed: dict[int, Exception] = {}
    for place, payload in enumerate(payloads):
        try:
            letters[place] = list(composed(payload))
        except Exception as error:
            failed[place] = error
    try:
        _post(letter for own in letters.values() for letter in own)
    except Exception:
        for place, own in letters.items():
            try:
                _post(own)
            except Exception as error:
                failed[place] = error
    return failed


def _post(letters: Iterable[mail.Letter]) -> None:
    with transaction() as session:
        mail.post(session, *letters)
