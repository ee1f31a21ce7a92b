"""`flask search`."""

from __future__ import annotations

import sys
import time

import click
from flask.cli import AppGroup

import search
from search import indexing

commands = AppGroup("search", help="The search index.")


@commands.command("rebuild")
def rebuild() -> None:
    """Build the index anew beside the one in use, and swap it in at the end."""
    began = shown = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= 1 or done == total:
            shown = now
            click.echo(f"  {done} of {total} documents", err=True)

    built = indexing.rebuild(progress)
    if built is None:
        click.echo("Another process is writing the index; try again in a moment.", err=True)
        sys.exit(1)
    click.echo(f"The index has {built} documents, built in {time.monotonic() - began:.1f} s.")


@commands.command("status")
def status() -> None:
    """Say whether the index can be asked and how many changes wait; exits 1 when it cannot."""
    problem = search.probe()
    click.echo(problem or "The index can be asked.")
    click.echo(f"{indexing.waiting()} changes wait for the indexer.")
    sys.exit(1 if problem else 0)
