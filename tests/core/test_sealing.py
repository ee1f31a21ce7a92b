"""What is sealed opens only in its own place and under its own secret."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import sealing
from tests.conftest import ENVIRON


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    sealing.use("one secret of this site, long enough")
    yield
    sealing.use(ENVIRON["SECRET_KEY"])


def test_what_is_sealed_opens_in_its_place_only() -> None:
    sealed = sealing.seal("6222021234567890128", "ROW1")
    assert b"6222" not in sealed
    assert sealing.open_sealed(sealed, "ROW1") == "6222021234567890128"
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(sealed, "ROW2")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert sealing.seal("1", "A") != sealing.seal("1", "A")


@pytest.mark.parametrize("place", [0, 14, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(sealing.seal("6222021234567890128", "A"))
    sealed[place] ^= 1
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(bytes(sealed), "A")


def test_another_secret_does_not_open_it() -> None:
    sealed = sealing.seal("1", "A")
    sealing.use("another secret of this site, long enough")
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(sealed, "A")
