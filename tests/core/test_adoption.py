"""Interactions that another program made, taken over for a list."""

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import Step
from interactions_core.turns.adoption import adopted_record
from interactions_core.turns.context import ClientPolicy, TurnContext
from tests.core.session import NOW, Session, call, model, result, user, wires

RULES = ClientPolicy(max_retries=0, retention_s=100.0, clock=lambda: NOW)


def adopt(session: Session, steps: list[Step], name: str) -> None:
    turn = Turn(transcript=Transcript.of(steps), target=("model", "m"))
    session.store.put(adopted_record(TurnContext(turn, session.records, RULES), name))


@pytest.mark.parametrize(
    ("adopted", "more"),
    [
        pytest.param([user("q"), model("a")], [user("q2")], id="text"),
        pytest.param([user("q"), call("c1")], [result("c1")], id="a call"),
        pytest.param(
            [user("q"), model("a"), call("c1"), call("c2")],
            [result("c1"), result("c2")],
            id="text and calls",
        ),
    ],
)
def test_adopted_interaction_is_chained_on(
    adopted: list[Step], more: list[Step]
) -> None:
    session = Session()

    adopt(session, adopted, "theirs")
    asked = session.ask([*adopted, *more])

    assert (asked.reason, asked.parent) == ("continue", "theirs")
    assert asked.input == wires(more)


def test_adopted_interaction_expires_like_any_other() -> None:
    session = Session()
    adopt(session, [user("q"), model("a")], "theirs")
    session.now += 101.0

    assert session.ask([user("q"), model("a"), user("q2")]).reason == "expired"


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        pytest.param([user("q")], "theirs", id="no reply at the end"),
        pytest.param([], "theirs", id="nothing"),
        pytest.param([user("q"), model("a")], "", id="no id"),
    ],
)
def test_what_cannot_be_adopted_is_an_error(steps: list[Step], name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot adopt"):
        adopt(Session(), steps, name)
