"""Workers that are forked from a master whose model was used: gunicorn's preload."""

import itertools
import os
import sys
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.forks.running import differences, run_workers, served
from tests.forks.workers import QUESTIONS, Setting

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

FORKS = int(os.environ.get("FORKS_OF_A_BUSY_MASTER", "12"))

WAYS = [
    pytest.param("langgraph", False, id="langgraph"),
    pytest.param("langgraph", True, id="langgraph-async"),
    pytest.param("autogen", True, id="autogen-async"),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("adapter", "awaits"), WAYS)
def test_every_worker_gets_the_answers_to_its_own_questions(
    adapter: str, *, awaits: bool, emulator: Emulator, postgres_url: str, tmp_path: Path
) -> None:
    check_workers(
        adapter,
        awaits=awaits,
        emulator=emulator,
        postgres_url=postgres_url,
        folder=tmp_path,
    )


def check_workers(
    adapter: str, *, awaits: bool, emulator: Emulator, postgres_url: str, folder: Path
) -> None:
    """Six workers on every store, plain and over TLS, forked in both ways."""
    stores = ["memory:", f"sqlite:///{folder}/s.db", postgres_url]
    with served(emulator, folder) as (urls, environment):
        settings = [
            Setting(adapter, awaits, *where)
            for where in itertools.product(urls, stores, ["os"])
        ]
        settings.append(Setting(adapter, awaits, urls[0], stores[1], "multiprocessing"))
        told = run_workers(settings, environment)

    assert [each for each in told if each.hung or each.errors] == []
    assert differences(emulator, told) == []
    counts = [len(each.answers) for each in told]
    assert counts == ([QUESTIONS] * 6 + [1]) * len(settings)
    assert emulator.stats()["creates"] == len(settings) * (6 * QUESTIONS + 2)


@pytest.mark.timeout(3600)
def test_workers_of_a_busy_master_are_told_nothing_wrong_and_hang_in_c_only(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Known gap: locks inside OpenSSL that another thread holds are never released.

    FORKS_OF_A_BUSY_MASTER sets how many workers are forked.
    """
    with served(emulator, tmp_path) as (urls, environment):
        store = f"sqlite:///{tmp_path}/s.db"
        setting = Setting(
            "langgraph",
            awaits=False,
            url=urls[1],
            store=store,
            workers=FORKS,
            busy=3,
        )
        told = run_workers([setting], environment)

    stacks = [stack for each in told for stack in each.hung]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(stacks)} of {FORKS} children of a busy master hung\n")
    assert [stack for stack in stacks if not is_in_c(stack)] == []
    assert [each.errors for each in told if each.errors] == []
    assert differences(emulator, told) == []
    assert len(told) == FORKS + 3 + 1


def is_in_c(stack: str) -> bool:
    """Tell whether a stack ends in a library, and not at a lock of Python's."""
    innermost = next(line for line in stack.splitlines() if line.startswith("  File"))
    locks = ("threading.py", "importlib", "concurrent/futures", "queue.py")
    return "interactions" not in innermost and not any(n in innermost for n in locks)
