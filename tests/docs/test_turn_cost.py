"""The bytes of a turn, as README and `docs/costs.md` have them, are those of a run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, name_of, rows_of

PAGES = (ROOT / "README.md", ROOT / "docs" / "costs.md")
OURS = {
    "ChatInteractions",
    "InteractionsChatCompletionClient",
    "InteractionsLLM",
}
_BYTES = re.compile(r"([\d,]+) B, ")
_PRINTED = re.compile(r"^(\w+) +([\d,]+) +[\d.]+ +([\d,]+) +[\d.]+ +([\d,]+) +[\d.]+$")


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    """Measure what is installed; the bytes by client, in the order of the sizes."""
    script = ROOT / "benchmarks" / "turn_cost.py"
    done = subprocess.run(
        [sys.executable, str(script), "--calls", "1"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = (_PRINTED.fullmatch(line) for line in done.stdout.splitlines())
    return {each[1]: [each[2], each[3], each[4]] for each in found if each}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_bytes_of_a_turn_are_those_that_a_run_prints(
    page: Path, printed: dict[str, list[str]]
) -> None:
    """Ours: times depend on the machine, and stock clients need `nox -s bench`."""
    rows = {name.strip("`"): cells for name, cells in rows_of(page, "client").items()}
    told = {
        name: _BYTES.findall(" ".join(rows[name])) for name in printed if name in rows
    }

    assert told == {name: sizes for name, sizes in printed.items() if name in rows}
    assert told.keys() & OURS
