"""`flask accounts`: what no page can do when the only operator stands outside."""

from __future__ import annotations

import click

from accounts.second_factors import services as factors
from accounts.second_factors.errors import NotOn
from accounts.staff import queries as staff_queries
from accounts.staff import services as staff
from accounts.staff.errors import CannotAppoint, LastAdministrator, NotHeld
from accounts.staff.rules import POSTS
from accounts.staff.values import Appointment
from accounts.values import Role
from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import SYSTEM

commands = click.Group("accounts", help="Accounts of people.")

_ROLE = click.Choice([role.value for role in POSTS])


@commands.command("appoint")
@click.argument("email")
@click.argument("role", type=_ROLE)
@click.option("--name", default="", help="Their name; needed for somebody who has no account.")
@click.option(
    "--office", default="", help="Whom they work for, in Chinese; added to the directory when it is new."
)
@click.option("--region", default="", help="Code of the region of a certifier or supervisor, such as 370406.")
def appoint(email: str, role: str, name: str, office: str, region: str) -> None:
    """Give EMAIL a ROLE of staff; whoever has no password yet is sent a link to choose one."""
    try:
        with transaction() as session:
            done = staff.appoint(
                session, SYSTEM, Appointment(email, Role(role), name.strip(), office.strip(), region.strip())
            )
    except CannotAppoint as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{email} is {role} now." if done.is_new else f"{email} was {role} already.")
    if done.invited:
        click.echo("A mail with a link to choose a password is on its way, as soon as the worker runs.")
        click.echo("It holds for one hour; later ones are to be had at /password-reset.")


@commands.command("dismiss")
@click.argument("login")
@click.argument("role", type=_ROLE)
def dismiss(login: str, role: str) -> None:
    """End a ROLE of staff of LOGIN (e-mail or phone number), at once."""
    try:
        with transaction() as session:
            staff.dismiss(session, SYSTEM, login, Role(role))
    except NotHeld:
        raise click.ClickException(f"{login!r} is not {role}.") from None
    except LastAdministrator:
        raise click.ClickException(
            f"{login!r} is the last administrator; appoint another one first."
        ) from None
    click.echo(f"{login} is {role} no longer.")


@commands.command("staff")
def list_staff() -> None:
    """List who holds a role of staff."""
    with reading() as session:
        holders = staff_queries.list_holders(session)
    for holder in holders:
        place = f"{holder.office} {holder.region_code}".strip()
        factor = "two-step" if holder.has_second_factor else "password only"
        click.echo(f"{holder.role:<11} {holder.email:<32} {holder.name}  {place}  {factor}")
    if not holders:
        click.echo("Nobody. Begin with: flask --app app accounts appoint EMAIL admin --name … --office …")


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
