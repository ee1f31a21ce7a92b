"""Facts about applications."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApplicationSubmitted:
    """A supplier asked for certification."""

    application_id: int


@dataclass(frozen=True, slots=True)
class ApplicationApproved:
    """The county approved; flows/approved_certification_opens_notice.py makes it public."""

    application_id: int


@dataclass(frozen=True, slots=True)
class ApplicationPublished:
    """A notice about the application runs."""

    application_id: int
    notice_id: int


@dataclass(frozen=True, slots=True)
class ApplicationRefused:
    """A stage refused, with a reason."""

    application_id: int
    stage: str


@dataclass(frozen=True, slots=True)
class ApplicationSentBack:
    """An objection was upheld, or the notice withdrawn: the stages begin again."""

    application_id: int
    round: int


@dataclass(frozen=True, slots=True)
class ApplicationCertified:
    """The notice ended clear and the certificate was issued."""

    application_id: int
    certificate_id: int


@dataclass(frozen=True, slots=True)
class RenewalOpened:
    """A certificate ends before long and may be renewed; once a certificate."""

    certificate_id: int
