"""`flask demo`: the demo world and its accounts."""

from __future__ import annotations

import sys
import unicodedata

import click
from flask import current_app
from flask.cli import AppGroup

from core.db import reading

commands = AppGroup("demo", help="The demo world.")


def say(line: str) -> None:
    """Print a line of progress at once."""
    click.echo(line)
    sys.stdout.flush()


@commands.command("build")
@click.option(
    "--households",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="How many households live there.",
)
@click.option("--pictures/--no-pictures", default=True, help="Draw pictures of products and goods.")
def build(households: int, pictures: bool) -> None:
    """Build the demo world unless it is there; one whose building was cut off is built again from the start."""
    from demo import build as world
    from demo.world import FEWEST_HOUSEHOLDS, MOST_HOUSEHOLDS, Size

    config = current_app.config["YIGOU"]
    if config.mode != "demo":
        raise click.ClickException("The demo world is built in demo mode only: set YIGOU_MODE=demo.")
    if not FEWEST_HOUSEHOLDS <= households <= MOST_HOUSEHOLDS:
        raise click.ClickException(
            f"The demo world has {FEWEST_HOUSEHOLDS} to {MOST_HOUSEHOLDS:,} households, not {households:,}."
        )
    with world.alone() as alone:
        if not alone:
            raise click.ClickException("Another process is building the demo world in this database.")
        state = world.find_state()
        if state is world.State.COMPLETE:
            say("The demo world is there; nothing to build.")
            return
        if state is world.State.NO_TABLES:
            raise click.ClickException("The database has no tables yet; lay them first with: flask migrate")
        if state is world.State.FOREIGN:
            raise click.ClickException(
                "This database holds data that are no demo world; give the demo a database of its own."
            )
        if state is world.State.HALF_BUILT:
            say("A demo world was begun here and never finished; emptying the database to build it again.")
            world.empty_database(config.database_url)
        say(f"Building the demo world with {households:,} households ...")
        try:
            world.build_world(Size(households=households, pictures=pictures), say)
        except world.CannotBuild as problem:
            raise click.ClickException(str(problem)) from problem


@commands.command("accounts")
def accounts() -> None:
    """Print who can sign in to the demo, and the card for the till."""
    from demo.accounts import PASSWORD, find_till_facts, list_accounts

    with reading() as session:
        lines = list_accounts(session)
        till = find_till_facts(session)
    if not lines:
        raise click.ClickException("There is no demo world in this database; build it with: flask demo build")
    click.echo(f"Demo accounts 演示账号, all with password 密码均为 {PASSWORD}")
    for line in lines:
        click.echo(
            "  "
            + _padded(line.email, 32)
            + _padded(line.name, 8)
            + _padded(line.does_zh, 30)
            + line.does_en
            + (f" ({line.place_zh} {line.place_en})" if line.place_zh else "")
        )
    if till is not None:
        click.echo(
            f"  Till 收银台: card 卡号 {till.card_code} ({till.householder}), "
            f"{till.store_zh} {till.store_en}, /points/till"
        )


def _padded(text: str, columns: int) -> str:
    """Fill a text up to so many columns of a terminal, where a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(1, columns - taken)
