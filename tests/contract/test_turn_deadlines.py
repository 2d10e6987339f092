"""A deadline is the turn's: one client takes turns of any."""

import pytest

from interactions_core.exceptions import DeadlineExceededError
from interactions_emulator import Emulator
from tests.contract.asking import Asker


def stall(emulator: Emulator) -> None:
    """Have runs go on for ever, and their streams say nothing of that."""
    emulator.fault(on="create", times=9, do={"stall": True, "truncate_after_events": 1})


def test_one_client_takes_turns_of_different_deadlines(
    asker: Asker, emulator: Emulator
) -> None:
    stall(emulator)

    for text, deadline_s in {"Hi": 60.0, "Ho": 600.0}.items():
        with pytest.raises(DeadlineExceededError) as told:
            asker.ask(text, background=True, deadline_s=deadline_s)
        assert told.value.deadline_s == deadline_s


def test_a_turn_without_a_deadline_has_that_of_its_client(
    asker: Asker, emulator: Emulator
) -> None:
    stall(emulator)

    with pytest.raises(DeadlineExceededError) as told:
        asker.ask("Hi", background=True)

    assert told.value.deadline_s == 3_900
