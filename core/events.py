"""Events: frozen facts in the past tense, published inside the step that made them true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
_handlers: dict[type[Any], list[Callable[[Session, Any], None]]] = defaultdict(list)


def on(event_type: type[E]) -> Callable[[Callable[[Session, E], None]], Callable[[Session, E], None]]:
    """Run the decorated function inside the step that publishes `event_type`."""

    def register(handler: Callable[[Session, E], None]) -> Callable[[Session, E], None]:
        if handler not in _handlers[event_type]:
            _handlers[event_type].append(handler)
        return handler

    return register


def publish(session: Session, event: object) -> None:
    """Tell every flow that waits for this kind of event, in the same transaction."""
    for handler in _handlers[type(event)]:
        handler(session, event)


def handlers_of(event_type: type[Any]) -> tuple[Callable[[Session, Any], None], ...]:
    """Return who reacts to an event, for the tests and the tour."""
    return tuple(_handlers[event_type])
