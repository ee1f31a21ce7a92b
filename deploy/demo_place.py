"""Where the demo keeps its things, and the environment its processes run in."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.embedded_postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "yigou"

#: For every process of many threads. A C library gives threads pools of memory of their own and returns little of what they once needed: with sixteen threads
#: a process kept 570 MB after the load of bench, with two pools 320, and answered as fast.
MEMORY_POOLS = {"MALLOC_ARENA_MAX": "2"}


def var_dir() -> Path:
    """Return the folder of everything that is made at run time."""
    return Path(os.environ.get("VAR_DIR", "") or ROOT / "var").absolute()


def cluster() -> EmbeddedPostgres:
    """Return the demo's own PostgreSQL, not started."""
    return EmbeddedPostgres(var_dir() / "postgres")


def has_own_database() -> bool:
    """Tell whether the demo brings its PostgreSQL; DATABASE_URL names another one instead."""
    return not os.environ.get("DATABASE_URL", "").strip()


def secret_key() -> str:
    """Return the demo's signing key, made once and readable by its owner only."""
    path = var_dir() / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside first: a run killed between opening and writing would leave an empty key for ever.
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(secrets.token_urlsafe(48))
        unfinished.chmod(0o600)
        unfinished.replace(path)
    return path.read_text().strip()


def environment(database_url: str, port: int) -> dict[str, str]:
    """Return the environment of the demo's web, worker and commands."""
    return (
        MEMORY_POOLS
        | os.environ
        | {
            "YIGOU_MODE": "demo",
            "DATABASE_URL": database_url,
            "SECRET_KEY": secret_key(),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "VAR_DIR": str(var_dir()),
            "PYTHONUNBUFFERED": "1",
            # Whoosh was written for an older Python, which says so whenever it is compiled.
            "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore::SyntaxWarning"),
        }
    )
