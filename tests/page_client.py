"""A visitor for tests: reads every page strictly and sends its forms like a browser would."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
LOOSE = frozenset(
    [
        "li",
        "dt",
        "dd",
        "p",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "colgroup",
        "rect",
        "path",
        "circle",
    ]
)


class PageProblem(AssertionError):
    """A page that a browser would forgive and a person would not."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.title = ""
        self.lang: str | None = None
        self.headings = 0
        self.forms: list[dict[str, Any]] = []
        self.text: list[str] = []
        self._label_depth = 0
        self._within_word = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._within_word &= tag == "mark"
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "h1":
            self.headings += 1
        if tag == "label":
            self._label_depth += 1
            if given.get("for"):
                self.labels.add(str(given["for"]))
        if "style" in given:
            self.problems.append(f"<{tag}> has a style attribute")
        for name in given:
            if name.startswith("on"):
                self.problems.append(f"<{tag}> has an inline handler {name}")
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.problems.append("inline script")
        for name in ("href", "src", "action"):
            if "&amp;" in (given.get(name) or ""):
                self.problems.append(f"<{tag}> leads to an address escaped twice: {given[name]}")
        if given.get("id"):
            if given["id"] in self.ids:
                self.problems.append(f"id {given['id']!r} twice")
            self.ids.add(str(given["id"]))
        if tag == "img" and "alt" not in given:
            self.problems.append(f"picture without alt: {given.get('src')}")
        if tag == "form":
            self.forms.append(
                {
                    "action": given.get("action"),
                    "method": (given.get("method") or "get").lower(),
                    "fields": {},
                }
            )
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit", "button"):
            self.controls.append({**given, "_inside_label": "1" if self._label_depth else None})
        if tag == "input" and self.forms and given.get("name"):
            kind = given.get("type") or "text"
            if kind not in ("checkbox", "radio", "submit") or "checked" in given:
                self.forms[-1]["fields"][given["name"]] = given.get("value") or ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        self._within_word &= tag == "mark"
        if tag in VOID:
            return
        if tag == "label":
            self._label_depth = max(0, self._label_depth - 1)
        while self.open and self.open[-1] != tag and self.open[-1] in LOOSE:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "head" in self.open:
            self.title += data
        elif not self.open or self.open[-1] not in ("script", "style"):
            # <mark> breaks no word: a name reads on through it.
            if self._within_word:
                self.text[-1] += data
            else:
                self.text.append(data)
            self._within_word = True


class Page:
    """One answer, read."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location")
        self.html = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""
        self._reader = _Reader()
        if response.mimetype == "text/html" and self.html and self.status not in (301, 302, 303, 307, 308):
            self._reader.feed(self.html)
            self._check()

    @property
    def text(self) -> str:
        """Return what a person reads, with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self._reader.text)).strip()

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return self._reader.title.strip()

    @property
    def forms(self) -> list[dict[str, Any]]:
        """Return the forms with their preset fields."""
        return self._reader.forms

    def form(self, action: str) -> dict[str, Any]:
        """Return the form that posts to an address ending in `action`."""
        for form in self._reader.forms:
            if (form["action"] or "").split("?")[0].endswith(action):
                return form
        raise AssertionError(f"no form to {action}; there are {[f['action'] for f in self._reader.forms]}")

    def _check(self) -> None:
        reader = self._reader
        problems = list(reader.problems)
        if not reader.title.strip():
            problems.append("no title")
        if not reader.lang:
            problems.append("no lang")
        if reader.headings != 1:
            problems.append(f"{reader.headings} h1")
        for control in reader.controls:
            named = (
                control.get("aria-label")
                or control.get("aria-labelledby")
                or control["_inside_label"]
                or (control.get("id") in reader.labels)
            )
            if not named:
                problems.append(f"control without a label: {control.get('name')}")
        for form in reader.forms:
            if form["method"] == "post" and not form["action"] and not self.response.request.path:
                problems.append("form without an action")
            # The one form on pages that caches keep; the browser vouches for it (decision 8).
            vouched = form["action"] == "/shop/cart/add"
            if form["method"] == "post" and "csrf_token" not in form["fields"] and not vouched:
                problems.append(f"form to {form['action']} without a token")
        if problems:
            raise PageProblem(f"{self.response.request.path}: {problems}")


class PageClient:
    """One browser: keeps cookies, reads strictly, adds the CSRF token to what it posts."""

    def __init__(self, app: Flask, session: Session, language: str = "zh") -> None:
        self.app = app
        self.session = session
        self.client = app.test_client()
        self.language = language

    def get(self, url: str, status: int | None = 200, **kw: Any) -> Page:
        """Open an address and expect a status (None: any)."""
        headers = {"Accept-Language": "en" if self.language == "en" else "zh-CN", **kw.pop("headers", {})}
        page = Page(self.client.get(url, headers=headers, **kw))
        assert status is None or page.status == status, (
            f"{url}: {page.status}, expected {status}\n{page.text[:800]}"
        )
        return page

    def post(
        self,
        url: str,
        data: dict[str, Any] | None = None,
        status: int | None = 303,
        *,
        token: bool = True,
        **kw: Any,
    ) -> Page:
        """Send a form with the token that the site gave this browser, and expect a status."""
        data = dict(data or {})
        if token:
            data.setdefault("csrf_token", self.csrf_token())
        headers = {"Accept-Language": "en" if self.language == "en" else "zh-CN", **kw.pop("headers", {})}
        page = Page(self.client.post(url, data=data, headers=headers, **kw))
        assert status is None or page.status == status, (
            f"{url}: {page.status}, expected {status}\n{page.text[:800]}"
        )
        return page

    def follow(self, page: Page, status: int | None = 200) -> Page:
        """Go where an answer leads, on this site."""
        assert page.location, f"no redirect: {page.status} {page.text[:300]}"
        return self.get(page.location.removeprefix(self.app.config["BASE_URL"]), status)

    def csrf_token(self) -> str:
        """Return a token of this browser's session."""
        page = self.client.get("/sign-in", headers={"Accept-Language": "zh-CN"})
        if page.status_code != 200:
            page = self.client.get("/account")
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
        assert found, "no CSRF token on the sign-in page"
        return found.group(1)

    def sign_in(self, user: Any, password: str = "correct horse battery") -> PageClient:
        """Sign in through the real form."""
        self.post("/sign-in", {"login": user.email or user.phone, "password": password}, 303)
        return self
