"""`flask registry`: the region tree."""

from __future__ import annotations

import click

from core import clock
from core.db import transaction
from registry import country, services

# A plain group: it needs no request, and the registry knows no Flask.
commands = click.Group("registry", help="The region tree.")


@commands.command("load")
def load() -> None:
    """Add every province, prefecture and county of the mainland that is not there yet: where goods can be sent."""
    with transaction() as session:
        added = services.add_regions(session, list(country.regions_of_the_mainland()), clock.today())
    click.echo(f"{added} regions added")
