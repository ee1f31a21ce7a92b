"""Writing mail: a text and an HTML body from templates, in the reader's language, into the outbox."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from core import mail

_app: Flask | None = None


def init_app(app: Flask) -> None:
    """Write mail with the templates of this application, from any thread of this process."""
    global _app
    _app = app


def post(
    session: Session,
    *,
    key: str,
    recipient: str,
    template: str,
    locale: str = "zh_Hans_CN",
    waited_for: bool = False,
    **context: Any,
) -> None:
    """Compose `<template>.txt` (first line: the subject) and `<template>.html` and put them into the outbox once.

    Called by the worker, never while a page waits. `waited_for`: somebody sits before an empty mailbox.
    """
    if _app is None:
        raise RuntimeError("web.mailing.init_app() was not called")
    base_url = _app.config["BASE_URL"]
    with _app.test_request_context(base_url=base_url), force_locale(locale):
        context = {"base_url": base_url, "locale_code": locale, **context}
        subject, _, text = render_template(f"{template}.txt", **context).strip().partition("\n")
        html = render_template(f"{template}.html", subject=subject.strip(), **context)
    mail.post(
        session,
        key=key,
        recipient=recipient,
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        locale=locale,
        waited_for=waited_for,
    )
