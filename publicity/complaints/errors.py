"""What complaints refuse; see also `publicity.errors`."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class ComplaintAnswered(Refusal):
    """The complaint has its answer."""


class UnknownComplaintCode(Refusal):
    """No complaint has this tracking code."""

    status = HTTPStatus.NOT_FOUND
