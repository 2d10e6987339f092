"""What somebody who writes rows of a session store can do."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel

DAY_S = 86_400.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


def change(file: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(file)) as db:
        assert db.execute(statement, values).rowcount == 1
        db.commit()


def last_sent(emulator: Emulator) -> dict[str, Any]:
    return emulator.requests()[-1]["body"]


def ask_on(make_model: MakeModel, file: Path, history: list[Any]) -> AIMessage:
    """Ask one thing more in a process that has read nothing of the store yet."""
    told = [HumanMessage(history[0].content), AIMessage(history[1].content)]
    model = make_model(sessions=f"sqlite:///{file}")
    return model.invoke([*told, HumanMessage("What is my name?")])


def test_whoever_writes_rows_may_lead_a_conversation_onto_another_interaction(
    file: Path, emulator: Emulator, make_model: MakeModel
) -> None:
    """Ours: rows are not signed, and the threat model says so."""
    model = make_model(sessions=f"sqlite:///{file}")
    other = model.invoke("My name is Bob.").response_metadata["interaction_id"]
    history: list[Any] = [HumanMessage("My name is Ada.")]
    history.append(model.invoke(history))
    own = history[-1].response_metadata["interaction_id"]
    change(file, "DELETE FROM interactions WHERE key = ?", other)
    change(file, "UPDATE interactions SET key = ? WHERE key = ?", other, own)

    answered = ask_on(make_model, file, history)

    assert last_sent(emulator)["previous_interaction_id"] == other
    assert "Bob" in answered.text


def test_whoever_writes_rows_may_change_the_answers_of_a_replay(
    file: Path, emulator: Emulator, make_model: MakeModel, clock: Clock
) -> None:
    """Ours: a replay sends the answers of the mirror, thoughts and signatures included."""
    model = make_model(sessions=f"sqlite:///{file}")
    history: list[Any] = [HumanMessage("My name is Ada.")]
    history.append(model.invoke(history))
    change(file, "UPDATE interactions SET held = replace(held, 'Ada', 'Eve')")
    clock.advance(60 * DAY_S)

    ask_on(make_model, file, history)

    first, *_, asked = last_sent(emulator)["input"]
    assert "Eve" in str(last_sent(emulator))
    assert [part["content"][0]["text"] for part in (first, asked)] == [
        "My name is Ada.",
        "What is my name?",
    ]
