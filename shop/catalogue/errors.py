"""What the catalogue refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadProduct(Refusal):
    """Something about a new product cannot be; `problem` is one of the names in `rules.problem_of`."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
