"""What product files are refused for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from core.errors import Refusal


class FileRefused(Refusal):
    """The file cannot be read as a product list; `problem` says why, `data` what its wording names."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problem: str, **data: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.data = data


class RowsAreWrong(Refusal):
    """All or nothing was asked for, and some rows cannot be applied."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} rows are wrong")
        self.count = count


class NothingToApply(Refusal):
    """The file changes nothing."""


class NotChecked(Refusal):
    """The upload was not read to its end, or it was refused."""


class TooManyUploads(Refusal):
    """A supplier has so many files being read that another one has to wait."""

    status = HTTPStatus.TOO_MANY_REQUESTS
