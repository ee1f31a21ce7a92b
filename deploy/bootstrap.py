"""Create `.venv` and install exactly what requirements.lock names; called by bootstrap.sh, needs nothing installed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

UV = "uv==0.13.8"
VENV = Path(".venv")
PYTHON = str(VENV / "bin" / "python")
LOCK = "requirements.lock"


def main(stamp: str) -> int:
    """Make the environment match the lock file, then leave `stamp` in it; return the exit code."""
    started = time.monotonic()
    environment = _environment()
    if not _usable(environment):
        print("Creating .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], env=environment, check=False).returncode:
            print(f"{sys.executable} -m venv failed; its own words are above.", file=sys.stderr)
            return 1
    (VENV / ".installed").unlink(missing_ok=True)
    print(f"Installing the packages of {LOCK} (about a minute on a fresh machine) ...", flush=True)
    if not _sync_with_uv(environment) and not _install_with_pip(environment):
        print(
            "The packages could not be installed; the reason is above. Run the same again when it is gone.",
            file=sys.stderr,
        )
        return 1
    (VENV / ".installed").write_text(stamp + "\n")
    print(f"Packages are in place after {time.monotonic() - started:.0f} s.", flush=True)
    return 0


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    # These send packages elsewhere than into .venv.
    for name in (
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_REQUIRE_VIRTUALENV",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
    ):
        environment.pop(name, None)
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "UV_PYTHON_DOWNLOADS": "never"}
    home = environment.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        home = str(Path("var/home").absolute())
        Path(home).mkdir(parents=True, exist_ok=True)
        environment["HOME"] = home
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            environment.pop(name, None)
    return environment


def _usable(environment: dict[str, str]) -> bool:
    try:
        check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        return (
            subprocess.run(
                [PYTHON, "-c", check], env=environment, capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _sync_with_uv(environment: dict[str, str]) -> bool:
    """Install with uv, three times quicker than pip; removes what the lock does not name."""
    if subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", UV], env=environment, check=False
    ).returncode:
        print("uv is not to be had; going on with pip alone.", flush=True)
        return False
    command = [PYTHON, "-m", "uv", "pip", "sync", "--python", PYTHON, "--require-hashes", LOCK]
    if subprocess.run(command, env=environment | _pip_sources(environment), check=False).returncode:
        print("uv could not install the packages; trying with pip.", flush=True)
        return False
    return True


def _install_with_pip(environment: dict[str, str]) -> bool:
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", LOCK]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def _pip_sources(environment: dict[str, str]) -> dict[str, str]:
    """Return pip's configured sources in uv's words: uv does not read pip.conf, where people name their mirror."""
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], env=environment, capture_output=True, text=True, check=False
    )
    settings: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        # `global.index-url='...'` from files, `:env:.index-url='...'` from the environment, which comes last and wins.
        try:
            settings[key.rpartition(".")[2]] = str(ast.literal_eval(value))
        except (SyntaxError, ValueError):
            continue
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    found = {
        words[key]: value for key, value in settings.items() if key in words and words[key] not in environment
    }
    if "UV_INDEX" in found:
        # pip weighs all its sources alike; the hashes of the lock keep that safe.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
