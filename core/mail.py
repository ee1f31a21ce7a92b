"""The mail outbox: a row in the step, sent by the worker through SMTP or into a folder."""

from __future__ import annotations

import os
import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import Identity, Index, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, jobs
from core.db import Base, reading, transaction


class Mail(Base):
    """One message to one person; `key` names the fact it tells, so that the fact is told once."""

    __tablename__ = "core_mails"
    __table_args__ = (Index("ix_core_mails_created_at", "created_at", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    locale: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Mailer(Protocol):
    """An edge that takes a finished message."""

    def send(self, message: EmailMessage, key: str) -> None:
        """Hand the message over, or raise."""


class FileMailer:
    """Writes each message as an .eml file, for the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage, key: str) -> None:
        """Write the message under a name made of its key; the same key overwrites."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in "-_." else "-" for c in key)[:150]
        target = self.folder / f"{name}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(message.as_bytes(policy=SMTP))
        os.replace(part, target)


class SmtpMailer:
    """Sends through `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.tls else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, message: EmailMessage, key: str) -> None:
        """Send one message over a fresh connection."""
        connection = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
        with connection(self.host, self.port, timeout=20) as smtp:
            if not self.tls and smtp.has_extn("starttls"):
                smtp.starttls()
            if self.user:
                smtp.login(self.user, self.password)
            smtp.send_message(message)


_mailer: Mailer | None = None
_sender = ("益购 Yigou", "no-reply@yigou.example")


def use(mailer: Mailer, sender: tuple[str, str]) -> None:
    """Choose the edge and the sender (name, address) of this process."""
    global _mailer, _sender
    _mailer, _sender = mailer, sender


def post(
    session: Session,
    *,
    key: str,
    recipient: str,
    subject: str,
    text: str,
    html: str,
    locale: str = "zh_Hans_CN",
) -> None:
    """Put a message into the outbox of this step; the same `key` is posted once."""
    added = session.execute(
        insert(Mail)
        .values(
            key=key,
            recipient=recipient,
            subject=" ".join(subject.split()),
            text=text,
            html=html,
            locale=locale,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Mail.key])
        .returning(Mail.id)
    ).scalar()
    if added is not None:
        jobs.enqueue(session, "core.send_mail", {"mail_id": added}, key=f"send_mail:{added}")


@jobs.handler("core.send_mail")
def send_mail(payload: dict[str, Any]) -> None:
    """Send one message of the outbox, unless it was sent."""
    with reading() as session:
        mail = session.get(Mail, payload["mail_id"])
    if mail is None or mail.sent_at is not None:
        return
    if _mailer is None:
        raise RuntimeError("core.mail.use() was not called")
    message = EmailMessage()
    message["From"] = formataddr(_sender)
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = make_msgid(f"mail-{mail.id}", domain=_sender[1].rpartition("@")[2])
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    _mailer.send(message, mail.key)
    with transaction() as session:
        session.execute(update(Mail).where(Mail.id == mail.id).values(sent_at=clock.now()))
