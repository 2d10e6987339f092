"""A parent that is nobody's on the server, in whatever words it is refused."""

import logging
from typing import Any

import pytest

from interactions_core.exceptions import (
    AuthenticationError,
    InvalidRequestError,
    RequestError,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import Asker, Chat, make_turn, text_of
from tests.contract.test_turns import creates

NOBODYS = [
    pytest.param(404, "Requested entity was not found.", id="404"),
    pytest.param(400, "Invalid interaction name: interactions/{}", id="its form"),
    pytest.param(
        400, "The value is invalid for 'previous_interaction_id'.", id="field"
    ),
    pytest.param(400, "Previous interaction {} has expired.", id="expired"),
    pytest.param(400, "{} was made with another API key.", id="another key"),
    pytest.param(403, "Permission denied on interactions/{}.", id="403"),
    pytest.param(410, "It is gone.", id="410"),
]
INPUT = [
    pytest.param(400, "The value is invalid for 'input[0].data'.", id="400"),
    pytest.param(400, "Unknown parameter 'x'.", id="parameter"),
    pytest.param(403, "Requests to this API are blocked.", id="403"),
]
REPLAYED = "Your name is Ada."


@pytest.fixture
def chat(asker: Asker, clock: Clock) -> Chat:
    """Begin a conversation whose answer is old enough to be known everywhere."""
    chat = Chat(asker)
    chat.say("My name is Ada.")
    clock.advance(120.0)
    return chat


def refuse(emulator: Emulator, status: int, message: str, **match: Any) -> None:
    """Refuse all that is chained on the last interaction, as the service might."""
    parent = creates_with_ids(emulator)[-1]
    do = {"status": status, "message": message.format(parent)}
    emulator.fault(do=do, match={"chained": True, **match}, times=99)


def creates_with_ids(emulator: Emulator) -> list[str]:
    return [row["interaction"] for row in emulator.requests() if row["interaction"]]


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(("status", "message"), NOBODYS)
def test_a_recorded_parent_that_is_nobodys_costs_one_replay_and_no_second_try(
    chat: Chat, emulator: Emulator, status: int, message: str, *, background: bool
) -> None:
    refuse(emulator, status, message)
    chat.options["background"] = background

    reply = chat.say("What is my name?")

    assert (reply.reason, reply.recovered) == ("expired", ("expired",))
    assert text_of(reply) == REPLAYED
    assert len(creates(emulator)) == 3
    del chat.steps[2:]
    chat.say("And what is my name?")
    assert ["previous_interaction_id" in body for body in creates(emulator)] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("status", "message"), NOBODYS[1:])
def test_nothing_is_learned_of_how_long_the_server_keeps(
    chat: Chat, emulator: Emulator, status: int, message: str
) -> None:
    """Ours: only a 404 says that an interaction was there and is no more."""
    for _ in range(2):
        refuse(emulator, status, message)
        chat.say("What is my name?")
        emulator.clear_faults()
        chat.steps.clear()
        chat.say("My name is Bob.")

    owner = chat.asker.store.ledger()[0][0].credential
    assert chat.asker.store.retention(owner) is None


@pytest.mark.parametrize(("status", "message"), INPUT)
def test_a_refusal_of_the_input_is_told_and_nothing_is_sent_again(
    chat: Chat, emulator: Emulator, status: int, message: str
) -> None:
    refuse(emulator, status, message)

    with pytest.raises((InvalidRequestError, AuthenticationError)) as refused:
        chat.say("What is my name?")

    assert "Named was" not in str(refused.value)
    assert len(creates(emulator)) == 2
    emulator.clear_faults()
    chat.steps.pop()
    assert chat.say("What is my name?").reason == "continue"


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(("status", "message"), NOBODYS)
def test_a_parent_that_the_caller_names_is_an_error_that_names_it(
    chat: Chat, emulator: Emulator, status: int, message: str, *, background: bool
) -> None:
    refuse(emulator, status, message)
    named = creates_with_ids(emulator)[-1]
    turn = make_turn(["Go on."], previous_interaction_id=named, background=background)

    for _ in range(2):
        before = len(creates(emulator))
        with pytest.raises(RequestError, match="Leave the option out") as refused:
            chat.asker.take(turn)
        assert named in str(refused.value)
        assert len(creates(emulator)) == before + 1


@pytest.mark.parametrize(("status", "message"), NOBODYS)
def test_an_adopted_interaction_that_is_nobodys_is_replayed_with_a_warning(
    asker: Asker,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    status: int,
    message: str,
) -> None:
    """Ours: by the word of whoever adopted it the messages are all that it holds."""
    chat = Chat(asker)
    chat.say("My name is Ada.")
    turn = make_turn(chat.steps, session_id="other")
    asker.client.adopt(turn, asker.store, "v1_nobodys")
    do = {"status": status, "message": message.format("v1_nobodys")}
    emulator.fault(do=do, match={"chained": True}, times=9)
    chat.options["session_id"] = "other"

    with caplog.at_level(logging.WARNING, logger="interactions_core"):
        reply = chat.say("What is my name?")

    assert text_of(reply) == REPLAYED
    [said] = [each for each in caplog.messages if "v1_nobodys" in each]
    assert "was adopted or named as a parent" in said
