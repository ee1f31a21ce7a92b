"""`flask translations`: one catalogue a package; update, check and compile them."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask.cli import AppGroup

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans_CN"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None, "N_": None}
SHARED = ("layouts", "components", "errors", "styleguide")

commands = AppGroup("translations", help="Catalogues of Chinese words, one a package.")


def packages() -> list[str]:
    """Return the packages that speak to people."""
    return sorted(
        folder.name
        for folder in ROOT.iterdir()
        if (folder / "__init__.py").is_file() and folder.name not in ("tests", "bench", "migrations")
    )


def catalogues() -> list[str]:
    """Return the catalogue folders, for Flask-Babel."""
    return [str(ROOT / "translations" / package) for package in packages() if po_path(package).exists()]


def po_path(package: str) -> Path:
    """Return where the words of a package are kept."""
    return ROOT / "translations" / package / LOCALE / "LC_MESSAGES" / "messages.po"


def sources(package: str) -> list[Path]:
    """Return the files whose words belong to a package's catalogue."""
    folders = [ROOT / package, ROOT / "templates" / package]
    if package == "web":
        folders += [ROOT / "templates" / name for name in SHARED]
    files: list[Path] = [ROOT / "app.py"] if package == "web" and (ROOT / "app.py").exists() else []
    for folder in folders:
        files += [
            p
            for p in folder.rglob("*")
            if p.suffix in (".py", ".html", ".txt") and "__pycache__" not in p.parts
        ]
    return sorted(files)


def extract(package: str) -> Catalog:
    """Collect the msgids of a package."""
    found = Catalog(fuzzy=False)
    for path in sources(package):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if path.suffix == ".py" else {"trimmed": "true", "silent": "false"}
        for line, message, comments, context in extract_from_file(method, path, KEYWORDS, (), options):
            found.add(
                message,
                None,
                [(path.relative_to(ROOT).as_posix(), line)],
                auto_comments=comments,
                context=context,
            )
    return found


def read(package: str) -> Catalog:
    """Read the catalogue of a package, empty when there is none yet."""
    path = po_path(package)
    if not path.exists():
        return Catalog(locale=LOCALE, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def problems(package: str) -> list[str]:
    """Return what is untranslated, fuzzy or left over in the catalogue of a package."""
    kept, found = read(package), extract(package)
    wrong = []
    for message in found:
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        known = kept.get(key, message.context)
        strings = known.string if known is not None else ""
        complete = all(strings) if isinstance(strings, (tuple, list)) else bool(strings)
        if known is None or not complete:
            wrong.append(f"{package}: untranslated: {key!r}")
        elif known.fuzzy:
            wrong.append(f"{package}: fuzzy: {key!r}")
        else:
            wrong += [f"{package}: {key!r}: {error}" for error in known.check(kept)]
    for message in kept:
        if message.id:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            if found.get(key, message.context) is None:
                wrong.append(f"{package}: no longer used: {key!r}")
    return wrong


@commands.command("update")
@click.argument("names", nargs=-1)
def update(names: tuple[str, ...]) -> None:
    """Bring the catalogues up to date with the code; new words get an empty translation."""
    for package in names or packages():
        found, kept = extract(package), read(package)
        if not any(message.id for message in found) and not po_path(package).exists():
            continue
        kept.update(found, no_fuzzy_matching=True)
        kept.obsolete.clear()
        buffer = BytesIO()
        write_po(buffer, kept, omit_header=False, sort_output=True, width=100, no_location=True)
        po_path(package).parent.mkdir(parents=True, exist_ok=True)
        po_path(package).write_bytes(buffer.getvalue())
        empty = sum(1 for message in kept if message.id and not message.string)
        click.echo(f"{package}: {len(kept)} messages, {empty} to translate")


@commands.command("check")
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Fail when a word is untranslated, fuzzy or no longer used."""
    wrong = [line for package in names or packages() for line in problems(package)]
    for line in wrong:
        click.echo(line, err=True)
    click.echo(f"translations: {len(wrong)} problems")
    sys.exit(1 if wrong else 0)


@commands.command("compile")
def compile_all() -> None:
    """Write the compiled catalogues that the pages read."""
    compile_catalogues()


def compile_catalogues() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for package in packages():
        source = po_path(package)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            buffer = BytesIO()
            write_mo(buffer, read(package))
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(buffer.getvalue())
            part.replace(target)
