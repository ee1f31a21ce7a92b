"""The only reader of the environment: one frozen configuration, checked when the process starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

#: Printable, and so in one line of security.txt.
_CONTACT = re.compile(r"https://[!-~]+|[!-?A-~]+@[!-?A-~]+")
MODES = ("production", "demo", "test")
#: Holder; bank; number: what stands on payment notices. The demo's is invented.
DEMO_BANK_ACCOUNT = "益购平台运营中心（演示）; 山亭农村商业银行（演示）; 0000 0000 0000 0000 000"

SEARCH_ENGINES = ("whoosh", "postgres")
SECOND_FACTOR = ("required", "offered")
FUNDRAISING_MODES = ("outbound", "charity_own_site", "directed")


class BadSetting(SystemExit):
    """A setting is missing or weak; the sentence names it and the process does not start."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Yigou cannot start: {sentence}")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that differs between one deployment and another."""

    mode: str
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    var_dir: Path
    fundraising_mode: str
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_api_base: str = ""
    mail_url: str = field(default="", repr=False)
    mail_sender: str = "no-reply@yigou.example"
    bank_account: str = ""
    #: Who hears of weaknesses: an e-mail address, or an https address of a form.
    security_contact: str = ""
    search_engine: str = "whoosh"
    trusted_proxies: int = 0
    pool_size: int = 10
    requests_at_once: int = 1
    second_factor: str = "required"

    @property
    def production(self) -> bool:
        """Say whether real people and real money are behind this process."""
        return self.mode == "production"

    @property
    def https(self) -> bool:
        """Say whether visitors come over https."""
        return self.base_url.startswith("https://")

    @property
    def factor_required(self) -> bool:
        """Say whether the roles of staff rest until their holder has a second factor."""
        return self.second_factor == "required"

    @property
    def sandbox(self) -> bool:
        """Say whether payments go to the sandbox, where no money moves; never in production."""
        return not self.production and not self.stripe_secret_key

    @property
    def media_dir(self) -> Path:
        """Where pictures are kept."""
        return self.var_dir / "media"

    @property
    def private_dir(self) -> Path:
        """Where documents are kept that only some may read; no web server may serve it."""
        return self.var_dir / "private"

    @property
    def index_dir(self) -> Path:
        """Where the search index is kept."""
        return self.var_dir / "index"

    @property
    def mail_dir(self) -> Path:
        """Where mail goes when no server is configured."""
        return self.var_dir / "mail"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read and check the environment; raises `BadSetting` with a sentence that names the setting."""
        env = os.environ if environ is None else environ
        mode = env.get("YIGOU_MODE", "production")
        if mode not in MODES:
            raise BadSetting(f"YIGOU_MODE is {mode!r}; it must be one of {', '.join(MODES)}.")
        config = cls(
            mode=mode,
            database_url=_required(env, "DATABASE_URL", "the address of a PostgreSQL 15 or newer"),
            secret_key=_required(env, "SECRET_KEY", "at least 32 random characters"),
            base_url=env.get("BASE_URL", "" if mode == "production" else "http://127.0.0.1:8000").rstrip("/"),
            var_dir=Path(env.get("VAR_DIR", "var")).absolute(),
            fundraising_mode=env.get(
                "FUNDRAISING_MODE", "outbound" if mode == "production" else "charity_own_site"
            ),
            stripe_secret_key=env.get("STRIPE_SECRET_KEY", ""),
            stripe_webhook_secrets=tuple(s for s in env.get("STRIPE_WEBHOOK_SECRET", "").split(",") if s),
            stripe_api_base=env.get("STRIPE_API_BASE", ""),
            mail_url=env.get("MAIL_URL", ""),
            mail_sender=env.get("MAIL_SENDER", "no-reply@yigou.example"),
            bank_account=env.get("BANK_ACCOUNT", "" if mode == "production" else DEMO_BANK_ACCOUNT),
            security_contact=env.get(
                "SECURITY_CONTACT", "" if mode == "production" else "security@yigou.example"
            ),
            search_engine=env.get("SEARCH_ENGINE", "whoosh"),
            trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0),
            pool_size=_whole(env, "DATABASE_POOL_SIZE", 10),
            requests_at_once=_whole(env, "REQUESTS_AT_ONCE", 1),
            second_factor=env.get("SECOND_FACTOR", "required" if mode == "production" else "offered"),
        )
        config.check()
        return config

    def check(self) -> None:
        """Refuse what would only fail later, or fail quietly."""
        if urlsplit(self.database_url).scheme.split("+")[0] not in ("postgresql", "postgres"):
            raise BadSetting("DATABASE_URL must begin with postgresql://; Yigou runs on PostgreSQL only.")
        if len(self.secret_key) < 32 or len(set(self.secret_key)) < 10:
            raise BadSetting(
                "SECRET_KEY is too weak; set at least 32 random characters, for example from"
                ' `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`.'
            )
        if self.fundraising_mode not in FUNDRAISING_MODES:
            raise BadSetting(f"FUNDRAISING_MODE must be one of {', '.join(FUNDRAISING_MODES)}.")
        if self.search_engine not in SEARCH_ENGINES:
            raise BadSetting(f"SEARCH_ENGINE must be one of {', '.join(SEARCH_ENGINES)}.")
        if self.second_factor not in SECOND_FACTOR:
            raise BadSetting(f"SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR)}.")
        if self.stripe_secret_key and not self.stripe_webhook_secrets:
            raise BadSetting("STRIPE_WEBHOOK_SECRET is missing; without it no payment could be confirmed.")
        if self.security_contact and not _CONTACT.fullmatch(self.security_contact):
            raise BadSetting(
                "SECURITY_CONTACT must be an e-mail address, or an address that begins with https://."
            )
        if self.requests_at_once < 1:
            raise BadSetting("REQUESTS_AT_ONCE must be at least 1; with none no page would ever be made.")
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadSetting(
                "BASE_URL must be the public address of the site, such as https://yigou.example."
            )
        if self.production:
            if not self.https and address.hostname not in ("127.0.0.1", "localhost", "::1"):
                raise BadSetting("BASE_URL must begin with https:// in production.")
            if not self.mail_url:
                raise BadSetting(
                    "MAIL_URL is missing; set smtp://user:password@host:port, so that receipts arrive."
                )


def _required(env: Mapping[str, str], name: str, what: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise BadSetting(f"{name} is missing; set it to {what}.")
    return value


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise BadSetting(f"{name} must be a whole number, not {text!r}.")
    return int(text)
