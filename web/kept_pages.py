"""Finished pages for visitors without a session, kept in memory and proved true by one statement before each answer.

The WSGI layer stands before Flask: a page that is still true is answered without a request being opened at all. A view says
with `@kept` which parameters it reads; while it works it may name what else the page depends on (`depends_on`,
`at_most`). What carries a session, sets a cookie or asks with other parameters is never kept.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, wraps
from http.cookies import CookieError, SimpleCookie
from operator import itemgetter
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from flask import Flask, request
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.engine import Engine

from core import clock, db, stamps
from web.language import COOKIE as LANGUAGE_COOKIE
from web.language import locale_of

log = logging.getLogger(__name__)

V = TypeVar("V", bound=Callable[..., Any])
Environ = dict[str, Any]

#: Bytes of compressed pages in one process; one page before compression; characters of a query.
ROOM = 48 * 1024 * 1024
LARGEST_PAGE = 1024 * 1024
LONGEST_QUERY = 400
LONGEST = timedelta(minutes=10)

_ATTRIBUTE = "_yigou_kept"

#: From the bind parameters for ids and for the moment, make a scalar that answers for those ids.
Watch = Callable[[Any, Any], ColumnElement[Any]]


@dataclass(slots=True)
class _Keeping:
    """What a page that is being rendered says of itself."""

    stamp: stamps.Stamp | None = None
    longest: timedelta = LONGEST
    facts: list[tuple[Watch, tuple[int, ...], Any]] = field(default_factory=list)


_being_made: ContextVar[_Keeping | None] = ContextVar("page_being_made", default=None)


@dataclass(frozen=True, slots=True)
class _Page:
    """A finished answer; `body` is compressed."""

    stamp: stamps.Stamp
    since: datetime
    until: datetime
    facts: tuple[tuple[Watch, tuple[int, ...], Any], ...]
    status: str
    headers: tuple[tuple[str, str], ...]
    etag: str
    body: bytes

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return len(self.body) + 2000


def kept(*parameters: str) -> Callable[[V], V]:
    """Keep the answers of a public view that reads only these parameters of the address; stands below `@shared`."""
    known = frozenset(parameters)

    def decorate(view: V) -> V:
        @wraps(view)
        def keeping(*args: Any, **kwargs: Any) -> Any:
            with db.reading() as session:
                stamp = stamps.current(session)
            wanted = _being_made.get()
            if wanted is not None and known.issuperset(request.args):
                wanted.stamp = stamp
            with stamps.standing_at(stamp):
                return view(*args, **kwargs)

        setattr(keeping, _ATTRIBUTE, True)
        return keeping  # type: ignore[return-value]

    return decorate


def depends_on(watch: Watch, ids: Sequence[int], answer: Any) -> None:
    """Keep the page of this request only while `watch` answers for `ids` as it was rendered."""
    wanted = _being_made.get()
    if wanted is not None and ids:
        wanted.facts.append((watch, tuple(ids), answer))


def at_most(seconds: float) -> None:
    """Keep the page of this request no longer than this; with 0 not at all."""
    wanted = _being_made.get()
    if wanted is not None:
        wanted.longest = min(wanted.longest, timedelta(seconds=seconds))


class KeptPages:
    """Answers from memory what is still true, and keeps what the application finishes."""

    def __init__(self, app: Flask, inner: Any, room: int = ROOM) -> None:
        self._app = app
        self._inner = inner
        self._room = room
        self._pages: OrderedDict[Any, _Page] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()
        self._places: tuple[frozenset[str], tuple[str, ...]] | None = None

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        key = self._key(environ)
        if key is None:
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        page = self._find(key)
        if page is None:
            return self._render(key, environ, start_response)
        body = zlib.decompress(page.body)
        return _answer(page.status, page.headers, page.etag, body, environ, start_response)

    def forget(self) -> None:
        """Forget every page."""
        with self._lock:
            self._pages.clear()
            self._used = 0

    @property
    def used(self) -> int:
        """Return about how many bytes the kept pages take."""
        return self._used

    def _key(self, environ: Environ) -> Any:
        """Return under what name this answer is kept; None for what is none of ours."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or db.committed() is None:
            return None
        path = environ.get("PATH_INFO", "")
        exact, prefixes = self._places or self._find_places()
        if path not in exact and not path.startswith(prefixes):
            return None
        query = environ.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY or "HTTP_AUTHORIZATION" in environ:
            return None
        language = ""
        cookie = environ.get("HTTP_COOKIE")
        if cookie:
            try:
                cookies = SimpleCookie(cookie)
            except CookieError:
                return None
            if any(name != LANGUAGE_COOKIE for name in cookies) or not cookies:
                return None
            language = cookies[LANGUAGE_COOKIE].value
        locale = locale_of(language, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        # Read as Flask reads it. Of a parameter given twice the first one counts: their order is kept.
        pairs = parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote") if query else ()
        return (path, tuple(sorted(pairs, key=itemgetter(0))), locale)

    def _find_places(self) -> tuple[frozenset[str], tuple[str, ...]]:
        exact: set[str] = set()
        prefixes: set[str] = set()
        for rule in self._app.url_map.iter_rules():
            if _is_kept(self._app.view_functions.get(rule.endpoint)):
                place, _, rest = rule.rule.partition("<")
                (prefixes if rest else exact).add(place)
        # A prefix "/" would be everything.
        self._places = (frozenset(exact), tuple(prefixes - {"/"}))
        return self._places

    def _find(self, key: Any) -> _Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            self._pages.move_to_end(key)
        engine = db.committed()
        now = clock.now()
        try:
            if (
                engine is page.stamp.engine
                and page.since <= now < page.until
                and _answers(page, engine, now) == [page.stamp.number, *(fact[2] for fact in page.facts)]
            ):
                return page
        except Exception:
            log.warning("a kept page could not be proved true; it is made anew", exc_info=True)
        with self._lock:
            if self._pages.get(key) is page:
                del self._pages[key]
                self._used -= page.size
        return None

    def _render(self, key: Any, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let the application answer, and keep its page when it may be kept."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        keeping = _Keeping()
        # The whole page is wanted, also by those who have it already: whether they do is seen afterwards.
        has = environ.pop("HTTP_IF_NONE_MATCH", None)
        begun: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], Any]:
            begun[:] = [status, headers]
            return lambda _data: None

        since = clock.now()
        token = _being_made.set(keeping)
        try:
            parts = self._inner(environ, note)
            try:
                body = b"".join(parts)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        finally:
            _being_made.reset(token)
        if has is not None:
            environ["HTTP_IF_NONE_MATCH"] = has
        status, headers = begun
        names = {name.lower(): value for name, value in headers}
        etag = names.get("etag", "")
        if (
            keeping.stamp is not None
            and keeping.longest > timedelta(0)
            and status.startswith("200")
            and names.get("cache-control", "").startswith("public")
            and "set-cookie" not in names
            and etag
            and len(body) <= LARGEST_PAGE
        ):
            until = min(since + keeping.longest, keeping.stamp.until)
            packed = zlib.compress(body, 1)
            facts = tuple(keeping.facts)
            self._keep(key, _Page(keeping.stamp, since, until, facts, status, tuple(headers), etag, packed))
        return _answer(status, headers, etag, body, environ, start_response)

    def _keep(self, key: Any, page: _Page) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._used += page.size - (old.size if old else 0)
            self._pages[key] = page
            while self._used > self._room:
                _key, oldest = self._pages.popitem(last=False)
                self._used -= oldest.size


def _is_kept(view: Any) -> bool:
    while view is not None:
        if getattr(view, _ATTRIBUTE, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


@cache
def _proof(watches: tuple[Watch, ...]) -> Select[*tuple[Any, ...]]:
    columns = [watch(db.listed(f"ids_{place}"), bindparam("now")) for place, watch in enumerate(watches)]
    return select(stamps.number(), *columns)


def _answers(page: _Page, engine: Engine, now: datetime) -> list[Any]:
    values: dict[str, Any] = {f"ids_{place}": list(fact[1]) for place, fact in enumerate(page.facts)}
    with engine.connect() as connection:
        row = connection.execute(_proof(tuple(fact[0] for fact in page.facts)), {"now": now, **values}).one()
    return [int(row[0]), *row[1:]]


def _answer(
    status: str,
    headers: Iterable[tuple[str, str]],
    etag: str,
    body: bytes,
    environ: Environ,
    start_response: Any,
) -> Iterable[bytes]:
    has = environ.get("HTTP_IF_NONE_MATCH")
    if etag and has and status.startswith("200") and _same(etag, has):
        without = ("content-length", "content-type")
        start_response("304 NOT MODIFIED", [pair for pair in headers if pair[0].lower() not in without])
        return (b"",)
    start_response(status, list(headers))
    return (b"",) if environ["REQUEST_METHOD"] == "HEAD" else (body,)


def _same(etag: str, has: str) -> bool:
    mine = etag.removeprefix("W/")
    return has.strip() == "*" or any(one.strip().removeprefix("W/") == mine for one in has.split(","))


def init_app(app: Flask) -> None:
    """Stand before everything else that answers requests."""
    app.wsgi_app = KeptPages(app, app.wsgi_app)  # type: ignore[method-assign]
