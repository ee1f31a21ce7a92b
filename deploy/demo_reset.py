"""Throw away what the demo has stored, so that the next `make demo` builds its world anew."""

from __future__ import annotations

import shutil
import sys

from core.embedded_postgres import EmbeddedPostgresError
from deploy import demo_place


def main() -> int:
    """Remove database, pictures, index and mail of the demo; refuse while it runs. Return the exit code."""
    var = demo_place.var_dir()
    if not demo_place.has_own_database():
        print(
            "DATABASE_URL is set, and that database is not ours to empty: nothing was removed.",
            file=sys.stderr,
        )
        return 1
    cluster = demo_place.cluster()
    existed = cluster.data_dir.exists()
    try:
        cluster.remove()
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    if existed:
        print(f"Removed {cluster.data_dir}")
    for name in ("media", "index", "mail", "log"):
        if (var / name).exists():
            shutil.rmtree(var / name)
            print(f"Removed {var / name}")
    for kept in var.glob("demo-accounts-*.txt"):
        kept.unlink()
    print("The next `make demo` starts over.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
