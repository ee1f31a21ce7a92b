"""Writing mail: a text and an HTML body from templates, in the reader's language, into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app, render_template
from flask.ctx import RequestContext
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


def compose(**asked: Any) -> mail.Letter:
    """Compose `<template>.txt` (first line: the subject) and `<template>.html` for one reader; see `_composed`.

    Called by the worker, never while a page waits. `waited_for` and `secret`: see `core.mail.Letter`.
    """
    with _site():
        return _composed(**asked)


def _site() -> RequestContext:
    """Return the context in which mail is composed, of one letter or of many."""
    if _app is None:
        raise RuntimeError("web.mailing.init_app() was not called")
    return _app.test_request_context(base_url=_app.config["BASE_URL"])


def _composed(
    *,
    key: str,
    recipient: str,
    template: str,
    locale: str = "zh_Hans_CN",
    waited_for: bool = False,
    secret: bool = False,
    **context: Any,
) -> mail.Letter:
    with force_locale(locale):
        context = {"base_url": current_app.config["BASE_URL"], "locale_code": locale, **context}
        subject, _, text = render_template(f"{template}.txt", **context).strip().partition("\n")
        html = render_template(f"{template}.html", subject=subject.strip(), **context)
    return mail.Letter(key, recipient, subject.strip(), text.strip() + "\n", html, locale, waited_for, secret)


def post_together(
    asked: Callable[[dict[str, Any]], Iterable[Mapping[str, Any]]], payloads: Sequence[dict[str, Any]]
) -> dict[int, Exception]:
    """Compose the letters that many jobs ask for (each as `compose` takes it) and post them in one step.

    Returns what went wrong, by the place of the job. A letter that cannot be composed, or that the database refuses,
    fails alone: its job is tried again, and the other letters of that job are there already.
    """
    letters: list[tuple[int, mail.Letter]] = []
    failed: dict[int, Exception] = {}
    with _site():
        for place, payload in enumerate(payloads):
            try:
                wanted = list(asked(payload))
            except Exception as error:
                failed[place] = error
                continue
            for words in wanted:
                try:
                    letters.append((place, _composed(**words)))
                except Exception as error:
                    failed[place] = error
    try:
        _post(letter for _, letter in letters)
    except Exception:
        for place, letter in letters:
            try:
                _post([letter])
            except Exception as error:
                failed[place] = error
    return failed


def _post(letters: Iterable[mail.Letter]) -> None:
    with transaction() as session:
        mail.post(session, *letters)
