"""Bad input gets a clear error and changes nothing, on either side."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, RemoveMessage, SystemMessage

from interactions_core import InteractionsError, SqliteStore, open_store
from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    EmptyTranscriptError,
    NetworkError,
    StoreError,
    StoreSchemaError,
    UnsupportedContentError,
)
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.langgraph.conftest import MakeModel


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"modle": "x"}, "did you mean 'model'", id="misspelt"),
        pytest.param({"model": "m", "agent": "a"}, "both are given", id="both"),
        pytest.param({}, "neither is given", id="neither"),
        pytest.param({"model": "m", "timeout_s": 0}, "timeout_s", id="no-time"),
        pytest.param({"model": "m", "sessions": "mysql://u:pw@h"}, "mysql", id="store"),
    ],
)
def test_impossible_options_are_refused(
    options: dict[str, Any], message: str, emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        ChatInteractions(api_key="k", base_url=emulator.url, **options)

    assert "pw" not in str(caught.value)
    assert emulator.requests() == []


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        pytest.param([], EmptyTranscriptError, id="empty"),
        pytest.param([SystemMessage("Be kind.")], EmptyTranscriptError, id="system"),
        pytest.param(
            [HumanMessage([{"type": "hologram", "x": 1}])],
            UnsupportedContentError,
            id="unknown-block",
        ),
        pytest.param(
            [HumanMessage([{"type": "image"}])], UnsupportedContentError, id="no-data"
        ),
        pytest.param(
            [HumanMessage("Hello"), RemoveMessage(id="1")],
            UnsupportedContentError,
            id="unknown-message",
        ),
    ],
)
def test_lists_that_cannot_be_sent_are_refused_before_anything_is_sent(
    messages: list[Any],
    error: type[Exception],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    model = make_model()

    with pytest.raises(error, match=r"nothing was sent|neither data nor an address"):
        model.invoke(messages)

    assert emulator.requests() == []
    assert open_store(model.sessions).ledger() == []


def test_unknown_option_of_a_call_names_the_nearest(make_model: MakeModel) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'temperature'"):
        make_model().invoke("Hello", temperatur=1)


def test_choice_of_an_undeclared_tool_is_refused(make_model: MakeModel) -> None:
    declared = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    model = make_model().bind_tools([declared], tool_choice="g")

    with pytest.raises(ConfigurationError, match="names 'g', which is not declared"):
        model.invoke("Hello")


def test_corrupted_store_file_is_named_and_left_alone(
    make_model: MakeModel, tmp_path: Path, emulator: Emulator
) -> None:
    path = tmp_path / "sessions.db"
    path.write_bytes(b"this is not a database" * 100)

    with pytest.raises(StoreError, match="not a readable SQLite database") as caught:
        make_model(sessions=f"sqlite:///{path}").invoke("Hello")

    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"this is not a database" * 100
    assert emulator.requests() == []


def test_store_of_a_newer_version_is_named_and_left_alone(
    make_model: MakeModel, tmp_path: Path, emulator: Emulator
) -> None:
    path = tmp_path / "sessions.db"
    store = SqliteStore(path)
    with store.database.writing() as db:
        db.execute("UPDATE schema_versions SET version = 99")
    store.close()

    with pytest.raises(StoreSchemaError, match="schema version 99") as caught:
        make_model(sessions=f"sqlite:///{path}").invoke("Hello")

    assert caught.value.found == 99
    assert emulator.requests() == []


def test_unreachable_server_says_that_nothing_was_sent(make_model: MakeModel) -> None:
    model = make_model(base_url="http://127.0.0.1:9", max_retries=0)

    with pytest.raises(NetworkError, match="nothing was sent"):
        model.invoke("Hello")


def test_wrong_key_is_an_authentication_error() -> None:
    with (
        Emulator(api_keys={"right"}) as emulator,
        ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="wrong-key"
        ) as model,
    ):
        with pytest.raises(AuthenticationError, match="GEMINI_API_KEY") as caught:
            model.invoke("Hello")

        assert "wrong-key" not in str(caught.value)
        assert emulator.stats()["creates"] == 0


def test_missing_key_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)

    with pytest.raises(ConfigurationError, match="GEMINI_API_KEY"):
        ChatInteractions(model="m").invoke("Hello")


def test_unknown_model_is_refused_without_a_replay(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model()
    first = model.invoke("Hello")

    with pytest.raises(InteractionsError, match="no-such-model"):
        model.invoke(
            [HumanMessage("Hello"), first, HumanMessage("Bye")], model="no-such-model"
        )

    assert len(emulator.requests()) == 2
