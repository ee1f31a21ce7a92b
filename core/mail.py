"""The mail outbox: a row in the step, sent by the worker through SMTP or into a folder."""

from __future__ import annotations

import os
import smtplib
import ssl
import time
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import DateTime, Identity, Index, bindparam, case, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, jobs
from core.db import Base, one_of, reading, run_alone, table_of

SEND_MAIL = "core.send_mail"
#: Seconds that the mail server may take for each answer.
SMTP_TIMEOUT = 20
#: For so many seconds nobody knocks again at a server that did not open: other jobs wait behind mail that waits for it.
REST = 30.0
#: For so long after it was sent the words of a message are kept, for questions about it.
KEEP_WORDS = timedelta(days=90)
#: A message whose words are still there; spelled out, so that the index of these fits.
_WORDED = "text <> ''"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class _AsWritten(Compat32):
    """Writes headers as they are: ours are short or encoded before, and folding them costs as much as all the rest."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the line of a header."""
        if not isinstance(value, str) or not value.isascii():
            return super().fold_binary(name, value)
        return f"{name}: {self.linesep.join(value.splitlines())}{self.linesep}".encode("ascii")


_WITH_CRLF = _AsWritten(linesep="\r\n")


class Mail(Base):
    """One message to one person; `key` names the fact it tells, so that the fact is told once.

    Its words are forgotten some time after it was sent; those that are `secret` when it is sent.
    """

    __tablename__ = "core_mails"
    __table_args__ = (
        Index("ix_core_mails_created_at", "created_at", "id"),
        # Not by `sent_at`: noting that a message was sent then touches no index.
        Index("ix_core_mails_worded", "created_at", postgresql_where=sql(_WORDED)),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    locale: Mapped[str]
    secret: Mapped[bool] = mapped_column(server_default=sql("false"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Mailer(Protocol):
    """An edge that takes a finished message."""

    def send(self, message: Message, key: str) -> None:
        """Hand the message over, or raise."""


class FileMailer:
    """Writes each message as an .eml file, for the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message, key: str) -> None:
        """Write the message under a name made of its key; the same key overwrites."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in "-_." else "-" for c in key)[:150]
        target = self.folder / f"{name}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(message.as_bytes(policy=_WITH_CRLF))
        os.replace(part, target)


class ServerAway(Exception):
    """No message can be sent at the moment: the mail server is not reached, or does not let us in."""


class SmtpMailer:
    """Sends through `smtp://user:password@host:port` (with STARTTLS) or `smtps://`, at a server that proves who it is.

    Without encryption only where there is no password to hear, and the server offers none or is this machine.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.tls else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self._rests_until, self._why_away = 0.0, ""

    def send(self, message: Message, key: str) -> None:
        """Send one message over a fresh connection; raises `ServerAway`, and `Hopeless` when there is no such mailbox."""
        if time.monotonic() < self._rests_until:
            raise ServerAway(self._why_away)
        try:
            connection = self._connect()
        except OSError as error:
            self._rests_until, self._why_away = time.monotonic() + REST, f"{type(error).__name__}: {error}"
            raise ServerAway(self._why_away) from error
        with connection as smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                # One message has one recipient. A 4xx is "not now", as greylisting says it.
                if all(500 <= code < 600 for code, _words in refused.recipients.values()):
                    raise jobs.Hopeless(f"the mail server refuses the address: {refused}") from refused
                raise

    def _connect(self) -> smtplib.SMTP:
        if self.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SMTP_TIMEOUT, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not self.tls and self.host not in _THIS_MACHINE and (self.user or smtp.has_extn("starttls")):
                smtp.starttls(context=ssl.create_default_context())
            if self.user:
                smtp.login(self.user, self.password)
        except OSError:
            smtp.close()
            raise
        return smtp


_mailer: Mailer | None = None
_sender = ("益购 Yigou", "no-reply@yigou.example")


def use(mailer: Mailer, sender: tuple[str, str]) -> None:
    """Choose the edge and the sender (name, address) of this process."""
    global _mailer, _sender
    _mailer, _sender = mailer, sender


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is composed; the same `key` is posted once.

    `waited_for`: somebody sits before an empty mailbox, so that it passes all other mail. `secret`: whoever reads it may
    do what only the recipient may, such as choosing a password, so that nobody else is shown it.
    """

    key: str
    recipient: str
    subject: str
    text: str
    html: str
    locale: str = "zh_Hans_CN"
    waited_for: bool = False
    secret: bool = False


def post(session: Session, *letters: Letter) -> None:
    """Put messages into the outbox of this step, those that are not there already; two statements for all of them."""
    if not letters:
        return
    moment = clock.now()
    waited_for = {letter.key: letter.waited_for for letter in letters}
    added = session.execute(
        _ADD,
        [
            {
                "key": letter.key,
                "recipient": letter.recipient,
                "subject": " ".join(letter.subject.split()),
                "text": letter.text,
                "html": letter.html,
                "locale": letter.locale,
                "secret": letter.secret,
                "created_at": moment,
            }
            # In one order, so that two steps that post the same never wait for each other crosswise.
            for letter in sorted(letters, key=lambda letter: letter.key)
        ],
    )
    jobs.enqueue_many(
        session,
        [
            jobs.NewJob(SEND_MAIL, {"mail_id": row.id}, f"send_mail:{row.id}", waited_for=waited_for[row.key])
            for row in added
        ],
    )


_table = table_of(Mail)
_ADD = (
    insert(_table).on_conflict_do_nothing(index_elements=[_table.c.key]).returning(_table.c.id, _table.c.key)
)
_UNSENT = select(_table).where(_table.c.id == one_of("ids"), _table.c.sent_at.is_(None))
_SENT = (
    update(_table)
    .where(_table.c.id == one_of("ids"))
    .values(
        sent_at=bindparam("moment", type_=DateTime(timezone=True)),
        text=case((_table.c.secret, ""), else_=_table.c.text),
        html=case((_table.c.secret, ""), else_=_table.c.html),
    )
)
_before = bindparam("before", type_=DateTime(timezone=True))
_FORGET = (
    update(_table)
    .where(sql(_WORDED), _table.c.created_at < _before, _table.c.sent_at < _before)
    .values(text="", html="")
)


@jobs.handler_of_many(SEND_MAIL)
def send_mails(payloads: Sequence[dict[str, Any]]) -> dict[int, Exception]:
    """Send these messages of the outbox, those that were not sent; what could not be sent is tried again by itself.

    When the server is away the others are not tried: each would wait as long as the first.
    """
    if _mailer is None:
        raise RuntimeError("core.mail.use() was not called")
    places = {payload["mail_id"]: place for place, payload in enumerate(payloads)}
    with reading() as session:
        unsent = session.execute(_UNSENT, {"ids": list(places)}).all()
    failed: dict[int, Exception] = {}
    sent: list[int] = []
    noted = time.monotonic()
    for number, mail in enumerate(unsent):
        try:
            _mailer.send(_message(mail), mail.key)
        except ServerAway as error:
            failed |= {places[other.id]: error for other in unsent[number:]}
            break
        except Exception as error:
            failed[places[mail.id]] = error
        else:
            sent.append(mail.id)
        if time.monotonic() - noted > jobs.NOTE_AFTER:
            _note_sent(sent)
            noted = time.monotonic()
    _note_sent(sent)
    return failed


@jobs.every(hours=1)
def forget_old_words() -> None:
    """Empty messages that were sent long ago: they name people, what they bought and where they live."""
    run_alone(_FORGET, {"before": clock.now() - KEEP_WORDS})


def _note_sent(sent: list[int]) -> None:
    if sent:
        run_alone(_SENT, {"ids": sent, "moment": clock.now()})
        sent.clear()


def _message(mail: Any) -> Message:
    """Return the finished message; the same identifier each time, so that a mailbox can drop what came twice."""
    # The older classes of the library write the same bytes in a third of the time.
    message = MIMEMultipart("alternative", boundary=f"=_mail-{mail.id}")
    message["From"] = formataddr(_sender)
    message["To"] = " ".join(mail.recipient.split())
    message["Subject"] = Header(mail.subject, "utf-8").encode()
    message["Date"] = format_datetime(mail.created_at)
    host = _sender[1].rpartition("@")[2]
    message["Message-ID"] = f"<mail-{mail.id}.{int(mail.created_at.timestamp())}@{host}>"
    message.attach(_body("plain", mail.text))
    message.attach(_body("html", mail.html))
    return message


def _body(kind: str, words: str) -> Message:
    # As MIMEText makes it, which looks charsets up for longer than it encodes.
    part = MIMENonMultipart("text", kind, charset="utf-8")
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(words.encode()).decode("ascii"))
    return part
