"""Start the web server: check the settings first, then become granian with the options that fit Yigou."""

from __future__ import annotations

import argparse
import os
import sys

from config import Config
from deploy.demo_place import MEMORY_POOLS, ROOT

#: Processes, one a processor, and the requests that each lets in.
WORKERS, THREADS = 2, 16


def command(host: str, port: int, workers: int = WORKERS, threads: int = THREADS) -> list[str]:
    """Return the command of granian; each worker process lets `threads` requests in, which take turns (`core.turns`)."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--no-ws"),
        *("--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "10"),
        "deploy.wsgi:application",
    ]


def main() -> None:
    """Replace this process by the web server, unless a setting is missing or weak."""
    parser = argparse.ArgumentParser(prog="python -m deploy.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--workers", type=int, default=WORKERS, help="processes; one a processor (default: %(default)s)"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=THREADS,
        help="requests inside at a time in each (default: %(default)s)",
    )
    choice = parser.parse_args()
    # Here, not in the workers only: a server that keeps starting workers anew would bury the sentence.
    Config.from_environ()
    os.chdir(ROOT)
    words = command(choice.host, choice.port, choice.workers, choice.threads)
    os.execve(words[0], words, MEMORY_POOLS | os.environ)


if __name__ == "__main__":
    main()
