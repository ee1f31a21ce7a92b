"""A way to PostgreSQL that loses answers: what was asked for is done, and whoever asked never hears of it."""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

#: Of so many commits, and of so many other statements, the answer to one is lost.
COMMITS, STATEMENTS = 40, 1500
_COMMIT = b"COMMIT\x00"


class ForgetfulWay:
    """A Unix socket that passes connections on to the server of a database's address, and breaks some at an answer."""

    def __init__(self, url: str, dice: random.Random) -> None:
        parts = urlsplit(url)
        self._server = f"{unquote(parse_qs(parts.query)['host'][0])}/.s.PGSQL.5432"
        self._folder = tempfile.mkdtemp(prefix="yigou-")
        self._dice = dice
        self._door = socket.socket(socket.AF_UNIX)
        self.url = parts._replace(query=f"host={quote(self._folder, safe='')}&port=5432").geturl()
        self.forgotten = 0

    def __enter__(self) -> Self:
        """Let connections in, until the block ends."""
        self._door.bind(f"{self._folder}/.s.PGSQL.5432")
        self._door.listen(100)
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let nobody in any more."""
        self._door.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._door.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self._server)
                except OSError:
                    client.close()
                    continue
                _Passage(self, client, server).start()

    def forgets(self, *, commit: bool) -> bool:
        """Decide whether the answer to a message is lost."""
        lost = self._dice.randrange(COMMITS if commit else STATEMENTS) == 0
        self.forgotten += lost
        return lost


class _Passage:
    """One connection: two threads, one for each direction."""

    def __init__(self, way: ForgetfulWay, client: socket.socket, server: socket.socket) -> None:
        self._way, self._client, self._server = way, client, server
        self._lost = threading.Event()

    def start(self) -> None:
        for direction in (self._ask, self._answer):
            threading.Thread(target=self._run, args=(direction,), daemon=True).start()

    def _run(self, direction: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            direction()
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _ask(self) -> None:
        """Pass messages of the client on: a byte that says what it is (but for the first), the length, the words."""
        kept, is_first = b"", True
        while data := self._client.recv(65536):
            kept += data
            while len(kept) >= (head := 4 if is_first else 5):
                length = int.from_bytes(kept[head - 4 : head]) + head - 4
                if len(kept) < length:
                    break
                message, kept = kept[:length], kept[length:]
                # A query by itself, or the end of one that was sent in parts: now an answer is due.
                if not is_first and message[:1] in b"QS":
                    is_commit = message[5:] == _COMMIT
                    if self._way.forgets(commit=is_commit):
                        self._lost.set()
                is_first = False
                self._server.sendall(message)

    def _answer(self) -> None:
        while data := self._server.recv(65536):
            if self._lost.is_set():
                return
            self._client.sendall(data)
