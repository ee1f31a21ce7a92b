"""`python -m bench`: build a world of its own, measure it, print the figures and write var/bench.json."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
import warnings

from bench import machine, report, scenarios, world
from bench.measuring import Bench, Sheet, Stage
from bench.place import Place
from bench.progress import Clock, say
from core import migrations
from core.embedded_postgres import EmbeddedPostgresError
from deploy import demo_place


def run_stage(bench: Bench, stage: Stage, only: str | None, clock: Clock) -> None:
    """Run the scenarios of a stage; one that falls over leaves its figures missing."""
    for scenario in scenarios.every():
        if stage not in scenario.stages or (only and scenario.order > 0 and only not in scenario.name):
            continue
        clock.say(f"  {scenario.name} ...")
        try:
            scenario.run(bench)
        except Exception as error:
            bench.missing(f"{scenario.name} at {bench.size}", f"{type(error).__name__}: {error}")
            if not isinstance(error, RuntimeError):
                traceback.print_exc()


def run_size(bench: Bench, still: Stage, only: str | None, clock: Clock) -> None:
    """Run the three stages of one size: inside one process, served, and served with PostgreSQL's search."""
    clock.say(f"At {bench.size} products, inside one process:")
    run_stage(bench, still, only, clock)
    for stage, engine in ((Stage(still + 1), "whoosh"), (Stage(still + 2), "postgres")):
        clock.say(f"At {bench.size} products, over HTTP, {engine} searching:")
        bench.place.start_servers(engine)
        try:
            run_stage(bench, stage, only, clock)
        finally:
            bench.place.stop_servers()


def measure(
    place: Place, sheet: Sheet, hardware: dict[str, object], choice: argparse.Namespace, clock: Clock
) -> None:
    """Run everything in its order; figures and hardware are written down as they come."""
    clock.say("Starting PostgreSQL ...")
    url = place.start_database()
    migrations.upgrade(url)
    os.environ.clear()
    os.environ.update(place.environment)
    from bench.bare import create_bench_app

    app = create_bench_app()
    hardware["postgresql"] = _postgres_version()
    for line in report.hardware_lines(hardware):
        say("       " + line)
    clock.say(f"Building {world.SMALL} products, {world.TILLS} stores and their households ...")
    bench = Bench(place, app, world.build(clock.say), sheet, choice.quick)
    run_size(bench, Stage.STILL_SMALL, choice.only, clock)
    if choice.small:
        return
    large = world.QUICK_LARGE if choice.quick else world.LARGE
    clock.say(f"Adding products up to {large} ...")
    world.grow(bench.world, large, place.environment, clock.say)
    bench.record("growing.products", bench.world.grown / bench.world.seconds["growing"], "products/s")
    if bench.world.products < large:
        bench.missing(
            f"everything at {large} products",
            f"only {bench.world.products} were there; measured with these",
        )
    run_size(bench, Stage.STILL_LARGE, choice.only, clock)
    if choice.quick:
        return
    clock.say(f"Adding products up to {world.HUGE}, in bulk ...")
    world.swell(bench.world, world.HUGE, clock.say)
    bench.world.indexed = not choice.no_huge
    if bench.world.indexed:
        built = sheet.metrics.get(f"index_whoosh_{world.LARGE}.build", {"value": 0})["value"]
        minutes = built * world.HUGE / world.LARGE / 60
        clock.say(
            f"Whoosh's index of {world.HUGE} takes about {minutes:.0f} minutes; --no-huge leaves it out"
        )
    run_size(bench, Stage.STILL_HUGE, choice.only, clock)


def _postgres_version() -> str:
    from sqlalchemy import text

    from core.db import reading

    with reading() as session:
        return str(session.scalar(text("SHOW server_version")))


def main() -> int:
    """Measure; exit 1 when a rule is broken or nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes: short loads, 1,000 products")
    parser.add_argument("--small", action="store_true", help="leave the large catalogue out")
    parser.add_argument("--no-huge", action="store_true", help="leave Whoosh's index of 100,000 products out")
    parser.add_argument("--only", help="only scenarios with this word in their name (and the bare pages)")
    choice = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Python 3.11 says so each time it compiles whoosh.
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    os.chdir(demo_place.ROOT)
    var, place, sheet, clock = demo_place.var_dir(), Place(), Sheet(), Clock()
    hardware: dict[str, object] = dict(machine.describe(place.var.parent, "?"))
    code = 0
    try:
        measure(place, sheet, hardware, choice, clock)
    except EmbeddedPostgresError as error:
        say(str(error))
        return 1
    except (KeyboardInterrupt, SystemExit) as stopped:
        # What was measured until then has cost time too.
        sheet.missing["the rest"] = "the run was stopped"
        code = 130 if isinstance(stopped, KeyboardInterrupt) else 143
    finally:
        place.stop()
    say("")
    for line in [*report.hardware_lines(hardware), "", *report.table(sheet)]:
        say(line)
    target = var / "bench.json"
    report.write(target, hardware, sheet, quick=choice.quick, seconds=time.perf_counter() - clock.start)
    say(
        f"\nWritten to {os.path.relpath(target)}. The load comes from this machine too: compare CPU and ratios, not only rates."
    )
    return code or (1 if sheet.broken or not sheet.metrics else 0)


if __name__ == "__main__":
    sys.exit(main())
