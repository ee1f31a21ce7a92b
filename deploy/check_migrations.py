"""Check that the migrations build what the models say, on an empty database that is gone afterwards."""

from __future__ import annotations

import os
import sys

from alembic import command
from alembic.util.exc import CommandError

from core import migrations


def main() -> int:
    """Migrate up, compare with the models, down, and up again; return the exit code."""
    url = os.environ["DATABASE_URL"]
    migrations.upgrade(url)
    try:
        command.check(migrations.alembic_config(url))
    except CommandError as error:
        print(f"The models say more than the migrations build: {error}", file=sys.stderr)
        return 1
    migrations.downgrade(url)
    migrations.upgrade(url)
    print(f"The migrations build what the models say ({migrations.head()}), forth and back.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
