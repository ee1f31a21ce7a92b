"""What the Makefile promises, it has; what the documents tell people to type, exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text()))


def make(*words: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def unknown_targets(text: str, known: set[str]) -> set[str]:
    """Return the targets that a document names in code and the Makefile lacks."""
    code = re.findall(r"`([^`\n]+)`|^(?:\$ | {4})(.+)$", text, re.MULTILINE)
    fences = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    commands = "\n".join([*("".join(pair) for pair in code), *fences])
    return {
        name
        for name in re.findall(r"(?:^|[;&|] *)make ([a-z-]+)", commands, re.MULTILINE)
        if name not in known
    }


def test_make_alone_lists_every_target_that_people_use() -> None:
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", make(), re.MULTILINE))
    contract = {
        "help",
        "demo",
        "demo-reset",
        "test",
        "dev",
        "check",
        "bench",
        "ledger-check",
        "screenshots",
        "lock",
    }
    assert contract <= listed <= targets()


def test_every_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: ((?:.|\\\n)*?[^\\])$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert targets() == set(phony.group(1).replace("\\\n", " ").split())


def test_port_and_households_reach_the_demo() -> None:
    recipe = make("-n", "demo", "PORT=8080", "HOUSEHOLDS=6637")
    assert '--port "8080"' in recipe
    assert '--households "6637"' in recipe


def test_the_documents_name_only_targets_that_exist() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert documents
    wrong = {str(path.relative_to(ROOT)): unknown_targets(path.read_text(), targets()) for path in documents}
    assert not {name: names for name, names in wrong.items() if names}


def test_a_document_with_a_wrong_target_would_be_noticed() -> None:
    assert unknown_targets("Run `make demmo`, then\n\n```sh\nmake tost\n```\n", {"demo"}) == {"demmo", "tost"}
    assert unknown_targets("People make mistakes; run `make demo`.", {"demo"}) == set()
