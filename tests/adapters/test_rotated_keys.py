"""A key is rotated in the middle of a chat and of a job, under every adapter."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from interactions_core import open_store
from interactions_emulator import Emulator
from tests.adapters.drivers import DRIVERS
from tests.adapters.one_turn import QUESTION
from tests.adapters.talk import bodies, user
from tests.conftest import Clock
from tests.patience import PATIENCE_S
from tests.programs import ROOT

ADAPTERS = sorted(DRIVERS.keys() & {"langgraph", "autogen", "crewai"})
JOB_S = 3_600.0
"""By a clock that stands until it is moved."""


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    projects = {"acme": ["january", "february"], "rival": ["march"]}
    with Emulator(clock=clock, job_s=JOB_S, projects=projects) as running:
        yield running


@pytest.fixture
def options(emulator: Emulator, store_url: str) -> dict[str, Any]:
    return {"sessions": store_url, "base_url": emulator.url, "account": "acme"}


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("key", ["february", "march"])
def test_a_chat_goes_on_under_the_next_key_of_its_account_alone(
    adapter: str, key: str, options: dict[str, Any], emulator: Emulator, clock: Clock
) -> None:
    before = DRIVERS[adapter](options | {"api_key": "january"}, clock)
    messages = [user("My word is swordfish.")]
    messages.append(before.ask(messages))
    account = "acme" if key == "february" else "rival"
    after = DRIVERS[adapter](options | {"api_key": key, "account": account}, clock)

    after.ask([*messages, user("What is my word?")])

    _, body = bodies(emulator)
    assert ("previous_interaction_id" in body) is (key == "february")
    assert (len(body["input"]) == 1) is (key == "february")
    before.close()
    after.close()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_job_of_a_killed_process_is_waited_for_under_the_next_key(
    adapter: str, options: dict[str, Any], emulator: Emulator, clock: Clock
) -> None:
    options |= {"background": True, "poll": (0.05, 0.2)}
    kill_midway(adapter, options | {"api_key": "january"})
    clock.advance(JOB_S)

    after = DRIVERS[adapter](options | {"api_key": "february"}, time.time)

    assert QUESTION in after.ask([user(QUESTION)])["content"]
    assert len(bodies(emulator)) == 1
    after.close()


def kill_midway(adapter: str, options: dict[str, Any]) -> None:
    """Have another process ask, and kill it while it waits for its run."""
    command = [sys.executable, "-m", "tests.adapters.one_turn", adapter]
    process = subprocess.Popen([*command, json.dumps(options)], cwd=ROOT)
    store, until = open_store(options["sessions"]), time.monotonic() + PATIENCE_S
    while not any(job.interaction_id for job in store.list_jobs()):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    process.kill()
    process.wait()
    store.close()
