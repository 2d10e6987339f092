"""A run of tests fails by what the adapters send, and says which test sent it."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
ROOT = Path(__file__).parents[2]
NOTHING_KNOWN = """
from tests.shapes.known_extras import KNOWN_EXTRAS

KNOWN_EXTRAS.clear()
"""
ASKING = """
import os

import httpx
import pytest
from interactions_emulator import Emulator

BODY = {"model": "gemini-2.5-flash", "input": "Hi."}


def ask(**fields):
    with Emulator() as server:
        url = f"{server.url}/v1beta/interactions"
        headers = {"x-goog-api-key": "k"}
        return httpx.post(url, json=BODY | fields, headers=headers).status_code


@pytest.mark.parametrize("text", ["one", "two"])
def test_asks(text):
    assert ask(input=text) == 200


def test_asks_with_an_extra():
    assert ask(generation_config={"top_k": 3, "seed": 1}) == 200


def test_is_refused():
    assert ask(speed=1) == 400


def test_ends_its_process():
    os._exit(1)
"""
SHAPE = '{"generation_config": {"seed": 0, "top_k": 0}, "input": "", "model": "gemini'


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run tests with the plugin, in a process of their own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_asking=ASKING)

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", "tests.shapes.plugin", *arguments)

    return run


def test_what_the_table_of_extras_names_is_shown_and_passes(run: Run) -> None:
    done = run("-k", "asks or refused")

    assert done.ret == pytest.ExitCode.OK
    done.stdout.fnmatch_lines(
        [
            "3 answered creates, 2 shapes, 1 findings, 0 of them new",
            "known: generation_config.top_k (GenerationConfigParam.top_k): is unknown",
        ]
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_new_field_fails_the_run_and_is_named_with_its_test_and_shape(
    run: Run, pytester: pytest.Pytester, workers: str
) -> None:
    pytester.makeconftest(NOTHING_KNOWN)

    done = run("-k", "asks or refused", "-n", workers)

    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.assert_outcomes(passed=4)
    said = done.stdout.str()
    assert "3 answered creates, 2 shapes, 1 findings, 1 of them new" in said
    assert "NEW: generation_config.top_k (GenerationConfigParam.top_k): is unk" in said
    assert "sent first by test_asking.py::test_asks_with_an_extra\n" in said
    assert f"in 1 shapes, such as {SHAPE}" in said


def test_a_run_in_which_nothing_was_answered_has_shown_nothing(run: Run) -> None:
    done = run("-k", "refused")

    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.assert_outcomes(passed=1)


def test_a_worker_that_ended_before_it_told_what_it_saw_is_named(run: Run) -> None:
    done = run("-k", "ends", "-n", "1", "--max-worker-restart", "0")

    assert "gw0 ended without telling what it saw" in done.stdout.str()
