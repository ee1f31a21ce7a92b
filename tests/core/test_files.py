"""Files on a disk that has no room left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from flask import Flask

from core import documents, files, storage
from tests.factories.licences import PDF, picture


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "words"
    files.write_whole(path, b"first", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    files.write_whole(path, b"second")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        files.write_whole(path, b"third")
    assert path.read_bytes() == b"second"
    assert [entry.name for entry in tmp_path.iterdir()] == ["words"]


def test_uploads_leave_nothing_behind_when_there_is_no_room(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_folder", tmp_path)
    monkeypatch.setattr(documents, "_folder", tmp_path)
    monkeypatch.setattr(os, "fsync", no_room)
    for keep in (storage.keep_picture, documents.keep_document):
        with pytest.raises(OSError, match="No space"):
            keep(picture((1500, 900)))
    with pytest.raises(OSError, match="No space"):
        documents.keep_document(PDF)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
