"""An answer that was paid for reaches the framework, or the next call of the same.

Ours: recorded as owed before anything can refuse it, marked once it is handed on, and
given once more, without a create, where something raised or died in between.
"""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core.exceptions import EmptyReplyError, ServiceError
from interactions_core.records.interactions import OWED
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import MemoryStore, SessionStore, open_store
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step
from interactions_emulator import Emulator
from tests.contract.asking import Asker, give, make_turn, said, text_of
from tests.contract.conftest import Connect
from tests.contract.hand_on_once import QUESTION
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]


class RefusedError(Exception):
    """The framework does not take the answer."""


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


@pytest.fixture(params=[False, True], ids=["foreground", "background"])
def asked(request: pytest.FixtureRequest) -> Turn:
    return make_turn([QUESTION], background=request.param)


def paid(emulator: Emulator) -> int:
    return sum(row["method"] == "POST" for row in emulator.requests())


def refuse(_: Reply) -> Any:
    raise RefusedError


def test_answer_that_was_refused_is_given_to_the_next_call_and_then_never_again(
    asker: Asker, emulator: Emulator, asked: Turn
) -> None:
    with pytest.raises(RefusedError):
        give(asker, asked, refuse)

    second, third = asker.take(asked), asker.take(asked)

    assert paid(emulator) == 2
    [first_id, third_id] = [row["interaction"] for row in posts(emulator)]
    assert (second.interaction_id, second.recovered) == (first_id, ("kept",))
    assert third.interaction_id == third_id
    assert len(asker.store.ledger()) == 2


def posts(emulator: Emulator) -> list[dict[str, Any]]:
    return [row for row in emulator.requests() if row["method"] == "POST"]


def test_answer_that_is_refused_twice_is_nobodys(
    asker: Asker, emulator: Emulator, asked: Turn
) -> None:
    for _ in range(2):
        with pytest.raises(RefusedError):
            give(asker, asked, refuse)
    assert paid(emulator) == 1

    asker.take(asked)

    assert paid(emulator) == 2


def test_kept_answer_says_what_it_said_and_is_counted_once(
    asker: Asker, asked: Turn
) -> None:
    seen: list[Reply] = []

    def refuse_and_note(reply: Reply) -> None:
        seen.append(reply)
        raise RefusedError

    with pytest.raises(RefusedError):
        give(asker, asked, refuse_and_note)

    kept = asker.take(asked)

    [first] = seen
    assert text_of(kept) == text_of(first) != ""
    assert kept.status == first.status
    assert kept.anchor is not None
    assert first.anchor is not None
    assert kept.anchor.digest == first.anchor.digest
    assert asker.store.usage() == first.usage
    assert kept.usage.total_tokens == 0
    if asker.shown:
        assert asker.shown_text == text_of(first)


def test_next_turn_chains_on_a_kept_answer(asker: Asker) -> None:
    turn = make_turn(["My name is Ada."])
    with pytest.raises(RefusedError):
        give(asker, turn, refuse)
    kept = asker.take(turn)

    heard = said("What is my name?")
    grown: list[Step] = [*turn.transcript.steps, *visible_reply(kept.steps), heard]
    answer = asker.ask(*grown)

    assert text_of(answer) == "Your name is Ada."
    assert (answer.reason, answer.previous_interaction_id) == (
        "continue",
        kept.interaction_id,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"settings": {"system_instruction": "Be brief."}},
        {"settings": {"generation_config": {"seed": 1}}},
        {"session_id": "somebody else"},
        {"target": ("model", "gemini-3.1-pro-preview")},
        {"previous_interaction_id": "named"},
    ],
    ids=["system", "seed", "session", "model", "parent"],
)
def test_other_calls_are_not_given_it(
    connect: Connect, emulator: Emulator, other: dict[str, Any]
) -> None:
    asker = connect("unary")
    turn = make_turn([QUESTION])
    with pytest.raises(RefusedError):
        give(asker, turn, refuse)
    if "previous_interaction_id" in other:
        other = {"previous_interaction_id": asker.ask("Hello.").interaction_id}
    before = paid(emulator)

    asker.take(replace(turn, **other))

    assert paid(emulator) == before + 1


def test_empty_answer_counts_as_handed_on(connect: Connect, emulator: Emulator) -> None:
    asker, turn = connect("unary"), make_turn([QUESTION])

    def find_empty(reply: Reply) -> None:
        raise EmptyReplyError(reply.interaction_id, reply.status, "nothing in it")

    with pytest.raises(EmptyReplyError):
        give(asker, turn, find_empty)

    asker.take(turn)

    assert paid(emulator) == 2


def test_answer_of_which_no_content_is_kept_is_read_again(
    connect: Connect, emulator: Emulator
) -> None:
    asker = connect("unary", store=MemoryStore(mirror="signatures"))
    turn = make_turn([QUESTION])
    with pytest.raises(RefusedError):
        give(asker, turn, refuse)

    kept = asker.take(turn)

    assert paid(emulator) == 1
    assert emulator.requests()[-1]["method"] == "GET"
    assert text_of(kept)


def test_answer_that_cannot_be_read_for_the_moment_is_not_bought_anew(
    connect: Connect, emulator: Emulator
) -> None:
    asker = connect("unary", store=MemoryStore(mirror="signatures"))
    turn = make_turn([QUESTION])
    with pytest.raises(RefusedError):
        give(asker, turn, refuse)
    emulator.fault(on="get", do={"status": 503})

    with pytest.raises(ServiceError):
        asker.take(turn)
    kept = asker.take(turn)

    assert paid(emulator) == 1
    assert text_of(kept)


def test_answer_that_the_server_keeps_nothing_of_is_kept_here(
    connect: Connect, emulator: Emulator
) -> None:
    asker, turn = connect("unary"), make_turn([QUESTION], store=False)
    with pytest.raises(RefusedError):
        give(asker, turn, refuse)

    kept = asker.take(turn)

    assert paid(emulator) == 1
    assert (kept.interaction_id, bool(text_of(kept))) == ("", True)


def test_mark_costs_no_write_of_its_own(connect: Connect, tmp_path: Path) -> None:
    """It rides on the next turn's; until then the record names who holds it."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    asker = connect("unary", store=open_store(url))
    first = asker.ask("One")
    scope = asker.store.ledger()[0][0]

    waiting = asker.store.get(scope, first.interaction_id)
    asker.ask("Two")
    marked = asker.store.get(scope, first.interaction_id)

    assert waiting is not None
    assert marked is not None
    assert (waiting.owed, marked.owed, marked.holder) == (OWED, 0, "")


def run_once(
    emulator: Emulator, place: str, end: str, *, way: str = "unary", **options: bool
) -> int:
    """Ask the question in a process of its own; return how it ended."""
    background = str(options.get("background", False))
    program = [sys.executable, "-m", "tests.contract.hand_on_once"]
    arguments = [emulator.url, place, way, background, end]
    done = subprocess.run(
        [*program, *arguments], cwd=ROOT, check=False, timeout=PATIENCE_S
    )
    return done.returncode


@pytest.mark.parametrize(
    ("way", "background"),
    [("unary", False), ("async stream", False), ("stream", True), ("async", True)],
)
def test_answer_of_a_process_that_dies_before_it_is_handed_on_is_given_to_the_next(
    store_url: str, way: str, *, background: bool, connect: Connect, emulator: Emulator
) -> None:
    turn = make_turn([QUESTION], background=background)
    ended = run_once(emulator, store_url, "dies", way=way, background=background)

    asker = connect(way, store=open_store(store_url))
    kept = asker.take(turn)

    assert ended == -signal.SIGKILL
    assert (paid(emulator), kept.recovered) == (1, ("kept",))
    # Whoever died had not counted it.
    assert kept.usage == asker.store.usage()
    asker.take(turn)
    assert paid(emulator) == 2


@pytest.mark.parametrize("end", ["closes", "leaves"])
def test_answer_of_a_process_that_ended_well_is_not_given_again(
    end: str, connect: Connect, emulator: Emulator, store_url: str
) -> None:
    ended = run_once(emulator, store_url, end)

    again = connect("unary", store=open_store(store_url)).ask(QUESTION)

    assert (ended, paid(emulator), again.recovered) == (0, 2, ())


def test_answer_that_a_process_lives_with_is_not_given_to_another(
    connect: Connect, emulator: Emulator, store_url: str
) -> None:
    """Although its mark has found no write to ride on yet."""
    connect("unary", store=open_store(store_url)).ask(QUESTION)

    ended = run_once(emulator, store_url, "leaves")

    assert (ended, paid(emulator)) == (0, 2)
