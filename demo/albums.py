"""Rendering the demo pictures in processes of their own, each kept through the same door as an upload."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from core import storage
from demo.content.values import Campaign, Goods, Product

PROCESSES = 2


class Album:
    """The pictures of the world by name; rendering begins at once, asking for one waits for it."""

    def __init__(self, *, wanted: bool = True) -> None:
        """Begin with no picture; with `wanted` False none is ever drawn."""
        self._pool: ProcessPoolExecutor | None = None
        self._drawn: dict[str, Future[str]] = {}
        if wanted:
            # Spawned, not forked: a forked child would share our connections to the database.
            self._pool = ProcessPoolExecutor(
                min(PROCESSES, os.cpu_count() or 1),
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(storage.folder(), os.getpid()),
            )

    def order(self, name: str, subject: Product | Campaign | Goods) -> None:
        """Ask for a picture; the first asked for is the first drawn."""
        if self._pool is not None:
            self._drawn[name] = self._pool.submit(_draw, subject)

    def key(self, name: str) -> str | None:
        """Return the key of a kept picture, or None where pictures are not wanted."""
        drawn = self._drawn.get(name)
        return drawn.result() if drawn is not None else None

    def close(self) -> None:
        """End the drawing processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _begin(folder: Path, parent: int) -> None:
    storage.use(folder)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    """End this process when the one that drew it up is gone, even by kill -9."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _draw(subject: Product | Campaign | Goods) -> str:
    from demo import pictures

    if isinstance(subject, Product):
        data = pictures.render(subject)
    elif isinstance(subject, Campaign):
        data = pictures.render_campaign(subject)
    else:
        data = pictures.render_goods(subject)
    return storage.keep_picture(data)
