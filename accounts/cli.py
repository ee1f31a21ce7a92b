"""`flask accounts`: what no page can do when the only operator stands outside."""

from __future__ import annotations

import click

from accounts.second_factors import services as factors
from accounts.second_factors.errors import NotOn
from core.db import transaction
from core.errors import NotFound

commands = click.Group("accounts", help="Accounts of people.")


@commands.command("take-off-second-factor")
@click.argument("login")
@click.option("--reason", prompt=True, help="Why; it is written into the audit trail.")
def take_off_second_factor(login: str, reason: str) -> None:
    """Take two-step sign-in off the account of LOGIN (e-mail or phone number), whose phone is lost; it signs them out."""
    try:
        with transaction() as session:
            factors.take_off_by_command(session, login, reason)
    except NotFound:
        raise click.ClickException(f"Nobody signs in with {login!r}.") from None
    except NotOn:
        raise click.ClickException(f"{login!r} has no two-step sign-in.") from None
    click.echo(f"Taken off; {login} signs in with the password alone and is told by mail.")
