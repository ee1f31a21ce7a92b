"""Where the measurements happen: a database, a web server and a worker of their own, as in production."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.embedded_postgres import EmbeddedPostgres
from deploy import demo_place, serve
from deploy.children import Child

DATABASE = "bench"
READY_SECONDS = 180.0


class Place:
    """The processes that are measured; everything lives under `var/bench` and `var/bench-pg`, gone afterwards."""

    def __init__(self) -> None:
        """Choose folders and a free port; nothing is started yet."""
        self.var = demo_place.var_dir() / "bench"
        self.cluster = EmbeddedPostgres(demo_place.var_dir() / "bench-pg")
        self.port = free_port()
        self.children: dict[str, Child] = {}
        self.environment: dict[str, str] = {}

    def start_database(self) -> str:
        """Start an empty database and return its address."""
        self.cluster.remove()
        shutil.rmtree(self.var, ignore_errors=True)
        self.var.mkdir(parents=True)
        self.cluster.start()
        self.cluster.create_database(DATABASE)
        url = self.cluster.url(DATABASE)
        # Visitors come through a proxy that names their address, as through nginx in production.
        self.environment = demo_place.environment(url, self.port) | {
            "VAR_DIR": str(self.var),
            "SECRET_KEY": "bench-only-0123456789-abcdefghijklmnop",
            "TRUSTED_PROXIES": "1",
        }
        for name in ("STRIPE_SECRET_KEY", "MAIL_URL"):
            self.environment.pop(name, None)
        return url

    def start_servers(self, search_engine: str = "whoosh") -> None:
        """Start the web server and the worker, and wait until both are ready."""
        environment = self.environment | {"SEARCH_ENGINE": search_engine}
        web = serve.command("127.0.0.1", self.port)
        web[-1] = "bench.wsgi:application"
        commands = {"web": web, "worker": [sys.executable, "-m", "flask", "--app", "app", "worker"]}
        for name, command in commands.items():
            child = Child(name, command, environment, self.var / f"{name}.log", print)
            child.start()
            self.children[name] = child
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline, missing = time.monotonic() + READY_SECONDS, ""
        while time.monotonic() < deadline:
            try:
                opener.open(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
                return
            except urllib.error.HTTPError as error:
                missing = str(json.loads(error.read()).get("not_ready"))
            except OSError as error:
                missing = str(error)
            time.sleep(0.1)
        words = "\n".join(child.last_words() for child in self.children.values())
        raise RuntimeError(f"the server does not get ready: {missing}\n{words}")

    def stop_servers(self) -> None:
        """Stop the web server and the worker."""
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.stop(10)
        self.children.clear()

    def stop(self) -> None:
        """Stop everything and remove what was built."""
        self.stop_servers()
        self.cluster.remove()
        shutil.rmtree(self.var, ignore_errors=True)

    def pid(self, name: str) -> int:
        """Return the root process of web, worker or postgres."""
        if name == "postgres":
            return int(
                (Path(os.path.realpath(self.cluster.data_dir)) / "postmaster.pid").read_text().split()[0]
            )
        pid = self.children[name].pid
        if pid is None:
            raise RuntimeError(f"there is no {name}")
        return pid

    def is_served(self) -> bool:
        """Tell whether the servers run."""
        return bool(self.children)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def folder_mb(folder: Path) -> float:
    """Return the size of a folder in MB."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total / 1e6
