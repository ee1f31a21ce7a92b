"""Sending through a mail server: a real one of the test's own, with and without encryption, that refuses and is away."""

from __future__ import annotations

import ipaddress
import ssl
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.place import free_port
from core import clock, jobs, mail
from core.db import reading, transaction


class PostOffice:
    """Takes messages and passwords; `refuses` answers an address."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.passwords: list[bytes] = []
        self.refuses: dict[str, str] = {}
        self.url = ""

    async def handle_RCPT(
        self, server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take or refuse an address."""
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Take a message."""
        self.taken.append(envelope)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Let everybody in, and remember the password."""
        self.passwords.append(data.password)
        return AuthResult(success=True)

    @contextmanager
    def open(self, **more: Any) -> Iterator[PostOffice]:
        """Serve on a free port of this machine."""
        controller = Controller(self, hostname="127.0.0.1", port=free_port(), **more)
        controller.start()
        self.url = f"127.0.0.1:{controller.port}"
        try:
            yield self
        finally:
            controller.stop()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Send by this address until the test ends."""
    return lambda url: monkeypatch.setattr(mail, "_mailer", mail.SmtpMailer(url))


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine for another one, between which and us somebody may listen."""
    monkeypatch.setattr(mail, "_THIS_MACHINE", ())


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1 that nobody trusts yet, and what a server shows it with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office of a test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(public, private)
    return public, shown


def letter(recipient: str = "a@example.org") -> mail.Letter:
    return mail.Letter(f"to {recipient}", recipient, "订单已付款", "您好", "<p>您好</p>")


def problem_of(session: Session) -> str:
    return session.query(jobs.Job).filter(jobs.Job.error.is_not(None)).one().error or ""


def test_a_message_arrives_at_a_mail_server(session: Session, use: Callable[[str], None]) -> None:
    mail.post(session, letter())
    with PostOffice().open() as office:
        use(f"smtp://{office.url}")
        jobs.run_due()
    assert [envelope.rcpt_tos for envelope in office.taken] == [["a@example.org"]]
    assert office.taken[0].mail_from == "no-reply@yigou.example"


@pytest.mark.parametrize(("answer", "given_up"), [("550 no such mailbox", 1), ("450 come again later", 0)])
def test_a_mailbox_that_does_not_exist_is_given_up_and_one_that_is_busy_tried_again(
    session: Session, use: Callable[[str], None], answer: str, given_up: int
) -> None:
    mail.post(session, letter("gone@example.org"), letter("b@example.org"))
    with PostOffice().open() as office:
        office.refuses["gone@example.org"] = answer
        use(f"smtp://{office.url}")
        jobs.run_due()
        assert [envelope.rcpt_tos for envelope in office.taken] == [["b@example.org"]]
        assert jobs.backlog()[1] == given_up
        assert answer[4:] in problem_of(session)
        office.refuses.clear()
        with clock.at(clock.now() + timedelta(minutes=1)):
            jobs.run_due()
    assert len(office.taken) == 2 - given_up


def test_of_many_messages_one_finds_the_server_away_and_all_are_sent_when_it_is_back_a_day_later(
    session: Session, use: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = mail.SmtpMailer._connect
    tries = []

    def counted(mailer: mail.SmtpMailer) -> Any:
        tries.append(mailer)
        return connect(mailer)

    monkeypatch.setattr(mail.SmtpMailer, "_connect", counted)
    mail.post(session, *(letter(f"{number}@example.org") for number in range(5)))
    use(f"smtp://127.0.0.1:{free_port()}")
    jobs.run_due()
    assert len(tries) == 1
    mail.post(session, letter("another@example.org"))
    jobs.run_due()
    assert len(tries) == 1
    assert "ConnectionRefusedError" in session.query(jobs.Job).order_by(jobs.Job.id.desc()).first().error
    moment = clock.now()
    for hours in range(24):
        with clock.at(moment + timedelta(hours=hours)):
            jobs.run_due()
    assert jobs.backlog() == (6, 0)
    with PostOffice().open() as office, clock.at(moment + timedelta(hours=25)):
        use(f"smtp://{office.url}")
        jobs.run_due()
    assert len(office.taken) == 6


def test_the_words_of_a_message_are_forgotten_after_a_quarter_and_those_of_a_secret_one_when_it_is_sent(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    mail.post(
        session, letter(), mail.Letter("key", "b@example.org", "s", "the secret", "<p>x</p>", secret=True)
    )
    waiting = clock.now() - mail.KEEP_WORDS - timedelta(days=1)
    with clock.at(waiting):
        mail.post(session, letter("waits@example.org"))
    assert {m.text for m in session.query(mail.Mail)} == {"您好", "the secret"}
    jobs.run_due()
    assert b"the secret" in b64decode(
        b"".join((tmp_path / "key.eml").read_bytes().split(b"base64")[1].split()[:1])
    )

    def kept() -> dict[str, str]:
        session.expire_all()
        return {m.recipient: m.text + m.html for m in session.query(mail.Mail)}

    assert kept() == {
        "a@example.org": "您好<p>您好</p>",
        "b@example.org": "",
        "waits@example.org": "您好<p>您好</p>",
    }
    with clock.at(clock.now() + mail.KEEP_WORDS - timedelta(days=1)):
        mail.forget_old_words()
        assert kept()["a@example.org"]
        assert kept()["waits@example.org"]
    with clock.at(clock.now() + mail.KEEP_WORDS + timedelta(days=1)):
        mail.forget_old_words()
        assert set(kept().values()) == {""}
        mail.post(session, letter())
        assert jobs.run_due() == 0


def test_noting_that_a_message_was_sent_touches_no_index(live_database: Any) -> None:
    with transaction() as session:
        mail.post(session, letter(), letter("b@example.org"))
        sent = session.scalars(select(mail.Mail.id)).all()
        session.execute(mail._SENT, {"ids": sent, "moment": clock.now()})
        in_place = text("SELECT pg_stat_get_xact_tuples_hot_updated('core_mails'::regclass)")
        assert session.scalar(in_place) == 2


#: So many messages in 400 days, of which those that were sent 90 days ago are forgotten, but for an hour's.
MANY = """
INSERT INTO core_mails (key, recipient, subject, text, html, locale, created_at, sent_at)
SELECT 'many ' || n, 'a@example.org', 's', words, repeat(words, 3), 'zh_Hans_CN', at, at + interval '1 minute'
FROM generate_series(1, 10000) AS n CROSS JOIN LATERAL (
    SELECT CAST(:now AS timestamptz) - interval '400 days' * (1 - n / 10000.0) AS at
) AS written CROSS JOIN LATERAL (
    SELECT CASE WHEN at < CAST(:now AS timestamptz) - interval '90 days 1 hour' THEN '' ELSE repeat('words ', 60) END AS words
) AS kept
"""


def test_what_is_to_be_forgotten_is_found_by_its_index_among_many_messages(live_database: Any) -> None:
    now = clock.now()
    before = {"before": now - mail.KEEP_WORDS}
    with transaction() as session:
        session.execute(text(MANY), {"now": now})
    with live_database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE core_mails"))
        compiled = mail._FORGET.compile(dialect=connection.dialect)
        given = {**compiled.params, **before}
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {compiled}", given).scalars())
    assert "ix_core_mails_worded" in plan, plan
    with clock.at(now):
        mail.forget_old_words()
    with reading() as session:
        worded = select(mail.Mail).where(mail.Mail.text != "")
        assert not session.scalars(worded.where(mail.Mail.created_at < now - mail.KEEP_WORDS)).first()
        assert session.scalars(worded.where(mail.Mail.created_at > now - mail.KEEP_WORDS)).first()


@pytest.mark.usefixtures("elsewhere")
def test_a_password_is_never_said_unencrypted(session: Session, use: Callable[[str], None]) -> None:
    mail.post(session, letter())
    office = PostOffice()
    with office.open(authenticator=office.authenticate, auth_require_tls=False):
        use(f"smtp://user:secret@{office.url}")
        jobs.run_due()
    assert (office.passwords, office.taken) == ([], [])
    assert "ServerAway" in problem_of(session)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("trusted", [False, True])
def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    session: Session,
    use: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    certificate: tuple[Path, ssl.SSLContext],
    trusted: bool,
) -> None:
    public, shown = certificate
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
    mail.post(session, letter())
    office = PostOffice()
    with office.open(authenticator=office.authenticate, tls_context=shown):
        use(f"smtp://user:secret@{office.url}")
        jobs.run_due()
    assert office.passwords == ([b"secret"] if trusted else [])
    assert len(office.taken) == int(trusted)
    assert trusted or "certificate" in problem_of(session).lower()
