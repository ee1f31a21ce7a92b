"""`flask ledger`: the books prove themselves."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from core.db import transaction
from ledger import checks

commands = AppGroup("ledger", help="The double-entry ledger.")


@commands.command("check")
def check() -> None:
    """Print every invariant with its counts; exit non-zero on a fault."""
    with transaction() as session:
        findings = checks.run(session)
    for finding in findings:
        state = "ok   " if finding.wrong == 0 else "FAULT"
        click.echo(
            f"{state} {finding.name:<34} {finding.looked_at:>9} looked at {finding.wrong:>5} wrong  {finding.sentence}"
        )
    faults = sum(1 for finding in findings if finding.wrong)
    click.echo(f"{len(findings)} invariants, {faults} at fault")
    sys.exit(1 if faults else 0)
