"""Every error becomes a page with its status: what happened, and what to do next."""

from __future__ import annotations

import errno
import logging

import sqlalchemy.exc
from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core.errors import Refusal, RoleMissing, TooManyAttempts
from web import doors
from web.wording import words_for

log = logging.getLogger(__name__)


def _titles(status: int) -> tuple[str, str]:
    known = {
        400: (_("We could not read this request"), _("Go back, load the page again and send it once more.")),
        401: (_("Please sign in first"), _("Sign in and open the page again.")),
        403: (_("This door is not yours"), _("Your account may not do this.")),
        404: (_("Nothing found here"), _("The address may be mistyped, or the page has moved.")),
        405: (_("That does not work here"), _("This page does not take requests of this kind.")),
        409: (_("Something changed in between"), _("Load the page again and check before you go on.")),
        410: (_("This has ended"), _("The link is used up or out of date.")),
        413: (_("The file is too large"), _("Files may have at most 10 MB.")),
        415: (_("We cannot read this kind of file"), _("Send it in one of the formats named on the page.")),
        422: (_("Some of the entries need a look"), _("Go back and mend the marked fields.")),
        429: (_("A little slower, please"), _("There were many attempts in a short time. Wait a moment.")),
        503: (_("We are not ready for a moment"), _("Nothing was lost. Please try again in a minute.")),
    }
    return known.get(
        status,
        (
            _("Something went wrong on our side"),
            _("Nothing was booked by halves. We have been told about it."),
        ),
    )


def error_page(status: int, text: str | None = None, title: str | None = None) -> Response:
    """Render the page of an error; falls back to plain words when even that fails."""
    usual_title, default = _titles(status)
    title = title or usual_title
    try:
        body = render_template(
            "errors/error.html",
            status=status,
            title=title,
            text=text or default,
            action_url="/",
            action_label=_("To the home page"),
        )
    except Exception:
        log.exception("the error page itself failed")
        body = f"<!doctype html><html lang=zh><title>{status}</title><h1>{title}</h1><p>{default}</p>"
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def not_ready_page(seconds: int, text: str | None = None) -> Response:
    """Render the page that asks to come again after so many seconds."""
    response = error_page(503, text)
    response.headers["Retry-After"] = str(seconds)
    return response


def way_in_page(way: doors.WayIn) -> Response:
    """Render the page that says how somebody comes to a role; its status stays 403."""
    body = render_template(
        "errors/way_in.html",
        title=_(way.title),
        text=_(way.text),
        action_url=way.action_url,
        action_label=_(way.action_label),
    )
    response = make_response(body, 403)
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Register the handlers."""

    def refused(refusal: Refusal) -> Response:
        if isinstance(refusal, RoleMissing) and request.method in ("GET", "HEAD"):
            way = doors.way_in(refusal.wanted)
            if way is not None:
                return way_in_page(way)
        response = error_page(int(refusal.status), words_for(refusal))
        if isinstance(refusal, TooManyAttempts):
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def forged(_error: CSRFError) -> Response:
        return error_page(
            403,
            _(
                "This form was open too long or came from another page. Load the page again and send it once more."
            ),
            title=_("This form is no longer valid"),
        )

    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if 300 <= status < 400:
            return make_response(error.get_response())
        response = error_page(status)
        if status == 405 and getattr(error, "valid_methods", None):
            response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
        return response

    def database(error: sqlalchemy.exc.DBAPIError) -> Response:
        if isinstance(error, sqlalchemy.exc.DataError):
            log.warning("data error at %s: %s", request.path, error.orig)
            return error_page(400)
        log.exception("the database refused at %s", request.path)
        state = getattr(error.orig, "sqlstate", None) or ""
        unready = ("40001", "40P01", "55P03", "57014")
        if isinstance(error, sqlalchemy.exc.OperationalError) or state in unready:
            return not_ready_page(5)
        return error_page(500)

    def pool_exhausted(_error: sqlalchemy.exc.TimeoutError) -> Response:
        return not_ready_page(5)

    def no_room(error: OSError) -> Response:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            if app.testing:
                raise error
            return unexpected(error)
        log.exception("no room on the disk at %s", request.path)
        return not_ready_page(300, _("There is no room for files at the moment. Please try again later."))

    def unexpected(_error: Exception) -> Response:
        log.exception("unexpected error at %s", request.path)
        return error_page(500)

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(sqlalchemy.exc.DBAPIError, database)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, pool_exhausted)
    app.register_error_handler(OSError, no_room)
    if not app.testing:
        app.register_error_handler(Exception, unexpected)
