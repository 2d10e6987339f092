"""A server that forgot, changed or fails: an error with names, and nothing lost."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from interactions_core.client.connection import Connection
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph._remote.offload_cursors import (
    PAUSE_S,
    WINDOW,
    OffloadCursors,
)
from interactions_langgraph.offload import OffloadedPayloadError
from tests.langgraph.offload.large import (
    DAY_S,
    DOCUMENT,
    LATER,
    again,
    chat,
    holds,
    open_saver,
    talk,
    thread,
)
from tests.langgraph.old_savers import everything


def test_a_deleted_interaction_is_named_with_thread_and_message(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    graph = talk(model, saver)
    messages = graph.get_state(thread()).values["messages"]
    saver.offload()
    gone = messages[3].response_metadata["interaction_id"]
    saver._client.delete(gone)

    with (
        again(saver, emulator.url) as reopened,
        pytest.raises(OffloadedPayloadError) as raised,
    ):
        reopened.get_tuple(thread())

    assert raised.value.interaction_id == gone
    assert raised.value.thread_id == "t"
    assert f"HumanMessage {messages[2].id} of thread 't'" in str(raised.value)
    assert "the server has it no more" in str(raised.value)


def test_checkpoints_from_before_a_lost_payload_can_be_read(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    graph = talk(model, saver)
    history = [*graph.get_state_history(thread())]
    early = next(s for s in history if len(s.values["messages"]) == 1)
    saver.offload()
    second = history[0].values["messages"][3].response_metadata["interaction_id"]
    saver._client.delete(second)

    with again(saver, emulator.url) as reopened:
        found = reopened.get_tuple(early.config)
        assert found is not None
        assert found.checkpoint["channel_values"]["messages"][0].text[6:] == DOCUMENT
        with pytest.raises(OffloadedPayloadError, match=second):
            list(reopened.list(thread()))
        with pytest.raises(OffloadedPayloadError, match=second):
            asyncio.run(reopened.aget_tuple(thread()))


def test_an_expired_interaction_is_an_error_and_not_a_shorter_history(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    saver.offload()
    emulator.advance(60 * DAY_S)

    with (
        again(saver, emulator.url) as reopened,
        pytest.raises(OffloadedPayloadError, match="the server has it no more"),
    ):
        reopened.get_tuple(thread())


@pytest.mark.parametrize(
    ("server", "key", "said_of_it"),
    [
        pytest.param("http://127.0.0.1:9", "k", "it cannot be read now", id="nobody"),
        pytest.param("", "other", "it cannot be read now", id="another key"),
        pytest.param("", None, "it cannot be read now", id="no key"),
    ],
)
def test_a_server_that_cannot_be_asked_is_an_error(
    server: str,
    key: str | None,
    said_of_it: str,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with (
        Emulator(api_keys=["k"]) as emulator,
        ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        ) as model,
    ):
        with open_saver(url, emulator.url) as saver:
            talk(model, saver)
            saver.offload()
        connection = Connection(base_url=server or emulator.url, api_key=key)

        with (
            open_saver(url, "", connection=connection) as blind,
            pytest.raises(OffloadedPayloadError, match=said_of_it),
        ):
            blind.get_tuple(thread())


def test_a_server_that_fails_while_offloading_costs_nothing(filled: str) -> None:
    with open_saver(filled, "http://127.0.0.1:9") as cut_off:
        before = everything(cut_off)
        report = cut_off.offload()
        assert report.values == 0
        assert len(report.failed) == 1
        assert everything(cut_off) == before


@pytest.mark.parametrize(
    ("status", "said_of_it"),
    [
        (403, "it cannot be read now (HTTP 403"),
        (404, "the server has it no more (HTTP 404"),
        (410, "the server has it no more (HTTP 410"),
        (429, "it cannot be read now (HTTP 429"),
        (503, "it cannot be read now (HTTP 503"),
    ],
)
def test_an_error_says_whether_to_try_again_and_costs_nothing(
    status: int,
    said_of_it: str,
    saver: InteractionsSaver,
    model: ChatInteractions,
    emulator: Emulator,
) -> None:
    talk(model, saver)
    before = everything(saver)
    emulator.fault(on="get", do={"status": status}, times=3)

    with again(saver, emulator.url) as reopened:
        with pytest.raises(OffloadedPayloadError) as raised:
            reopened.get_tuple(thread())
        emulator.clear_faults()

        assert said_of_it in str(raised.value)
        assert raised.value.retryable == (status in {429, 503})
        assert everything(reopened) == before


def test_one_failure_of_the_server_is_not_noticed(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    before = everything(saver)
    emulator.fault(on="get", do={"status": 503})

    with again(saver, emulator.url) as reopened:
        assert everything(reopened) == before


def test_a_server_that_fails_after_a_reply_is_asked_again_after_the_next(
    saver: InteractionsSaver,
    model: ChatInteractions,
    emulator: Emulator,
    tmp_path: Path,
) -> None:
    graph = chat(model, saver)
    emulator.fault(on="get", do={"status": 503})
    graph.invoke({"messages": [HumanMessage(LATER)]}, thread())
    assert holds(tmp_path, LATER)

    graph.invoke({"messages": [HumanMessage("Thanks.")]}, thread())

    saver.sessions.database.erase_log()
    assert not holds(tmp_path, LATER)


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while() -> None:
    now = 0.0
    places = OffloadCursors(lambda: now)

    def reply(number: int) -> AIMessage:
        return AIMessage("", response_metadata={"interaction_id": f"i{number}"})

    places.record_reply("t", [[reply(1)]])
    assert places.pop_due("t") == 0
    places.advance("t", 0, 500, is_well=False, is_cut_off=True)
    places.record_reply("t", [reply(2)])
    assert places.pop_due("t") is None
    now = PAUSE_S
    assert places.pop_due("t") == 500 - WINDOW
    places.advance("t", 436, 600, is_well=True, is_cut_off=False)
    places.record_reply("t", [[HumanMessage("a")], "b", [], [reply(2)]])
    assert places.pop_due("t") is None
    places.record_reply("t", [[reply(3)]])
    assert places.pop_due("t") == 600
