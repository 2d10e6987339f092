"""Workers that are forked from a master whose model was used: gunicorn's preload."""

import itertools
import os
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.forks.running import differences, run_workers, served
from tests.forks.workers import QUESTIONS, Setting

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

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
