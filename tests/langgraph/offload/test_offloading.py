"""Large payloads are left to the server, and read back from it as they were."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import bytes_of, put_value, value_of
from tests.langgraph.offload.large import (
    DOCUMENT,
    LATER,
    PICTURE,
    again,
    chat,
    held_in,
    holds,
    look,
    open_saver,
    talk,
    thread,
    words,
)
from tests.langgraph.old_savers import everything


def test_what_the_server_holds_is_not_kept_here_and_comes_back_as_it_was(
    saver: InteractionsSaver,
    model: ChatInteractions,
    emulator: Emulator,
    tmp_path: Path,
) -> None:
    talk(model, saver)
    saver.sessions.database.erase_log()

    assert held_in(tmp_path) == {"D": False, "L": False, "P": False}
    assert emulator.stats()["gets"] == 2
    with again(saver, emulator.url) as reopened:
        values = chat(model, reopened).get_state(thread()).values
        [read, picture] = values["messages"][0].content
        assert read["text"] == f"Read: {DOCUMENT}"
        assert picture["base64"] == PICTURE
        assert values["messages"][2].text == LATER
        assert values["source"] == DOCUMENT


def test_postgres_leaves_to_the_server_what_a_file_does(
    postgres_url: str, model: ChatInteractions, emulator: Emulator
) -> None:
    with open_saver(postgres_url, emulator.url) as saver:
        graph = talk(model, saver)
        stored = bytes_of(saver)
        texts = (DOCUMENT, LATER, PICTURE)
        assert not any(text[400:800].encode() in stored for text in texts)
        messages = graph.get_state(thread()).values["messages"]
        assert DOCUMENT in str(messages[0].content)
        assert messages[2].text == LATER
        saver.copy_thread("t", "copy")

        with again(saver, emulator.url) as reopened:
            found = chat(model, reopened).get_state(thread("copy")).values
            assert found["messages"] == messages
            assert reopened.restore_offloaded().failed == {}
            stored = bytes_of(reopened)
            assert all(text[400:800].encode() in stored for text in texts)
            reopened.delete_thread("t")
            assert chat(model, reopened).get_state(thread("copy")).values == found


def test_a_reply_may_be_stored_before_its_question(
    saver: InteractionsSaver, model: ChatInteractions, tmp_path: Path
) -> None:
    """LangGraph: a task's writes and the checkpoint it ran on may come in any order."""
    asked = HumanMessage(DOCUMENT, id="1")
    reply = model.invoke([asked])
    place: Any = {"configurable": {"thread_id": "t", "checkpoint_id": "0"}}

    saver.put_writes(place, [("c", reply)], "task")
    stored = put_value(saver, [asked], thread())
    saver.sessions.database.erase_log()

    assert not holds(tmp_path, DOCUMENT)
    assert value_of(saver, stored) == [asked]


def test_a_file_from_before_is_offloaded_when_that_is_asked_for(
    filled: str, emulator: Emulator, tmp_path: Path
) -> None:
    with open_saver(filled, emulator.url) as saver:
        before = everything(saver)
        assert held_in(tmp_path) == {"D": True, "L": True, "P": True}

        report = saver.offload()

        assert report.failed == {}
        assert report.values >= 3
        assert report.freed > len(DOCUMENT) + len(LATER) + len(PICTURE)
        assert held_in(tmp_path) == {"D": False, "L": False, "P": False}
        with again(saver, emulator.url) as reopened:
            assert everything(reopened) == before


def test_a_thread_that_begins_anew_is_offloaded_too(
    saver: InteractionsSaver, model: ChatInteractions, tmp_path: Path
) -> None:
    talk(model, saver)
    saver.delete_thread("t")

    said: Any = {"messages": [HumanMessage(words(8))]}
    chat(model, saver).invoke(said, thread())

    saver.sessions.database.erase_log()
    assert not holds(tmp_path, words(8))


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_every_durability_mode_offloads(
    durability: Any, saver: InteractionsSaver, model: ChatInteractions, tmp_path: Path
) -> None:
    graph = chat(model, saver)
    for text in (LATER, "Thanks."):
        said: Any = {"messages": [HumanMessage(text)]}
        graph.invoke(said, thread(), durability=durability)
    saver.sessions.database.erase_log()

    assert not holds(tmp_path, LATER)


def test_the_conversation_goes_on_from_its_session(
    saver: InteractionsSaver, model: ChatInteractions
) -> None:
    graph = talk(model, saver)

    state = graph.invoke({"messages": [HumanMessage("And now?")]}, thread())

    assert state["messages"][-1].response_metadata["plan_reason"] == "continue"
    assert LATER in [message.text for message in state["messages"]]


def test_nothing_is_offloaded_and_nothing_is_asked_until_it_is_wanted(
    model: ChatInteractions, emulator: Emulator, url: str, tmp_path: Path
) -> None:
    with open_saver(url, emulator.url, offload=None) as plain:
        talk(model, plain)

    assert emulator.stats()["gets"] == 0
    assert all(held_in(tmp_path).values())


def test_a_conversation_without_large_payloads_asks_nothing(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    graph = chat(model, saver)
    for text in ("My name is Ada.", "What is my name?"):
        graph.invoke({"messages": [HumanMessage(text)]}, thread())

    assert emulator.stats()["gets"] == 0


def test_what_was_read_back_is_not_read_again(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    saver.offload()
    with again(saver, emulator.url) as reopened:
        before = emulator.stats()["gets"]
        everything(reopened)
        first = emulator.stats()["gets"] - before
        everything(reopened)

        assert 1 <= first <= 3
        assert emulator.stats()["gets"] - before == first


def test_a_second_call_finds_nothing_to_do_and_asks_nothing(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    put_value(saver, words(9), thread())
    saver.offload()
    before = emulator.stats()["gets"]

    assert saver.offload().values == 0
    assert emulator.stats()["gets"] == before


def test_a_payload_that_the_server_does_not_hold_stays(
    saver: InteractionsSaver, model: ChatInteractions, tmp_path: Path
) -> None:
    talk(model, saver)
    elsewhere = words(7)
    put_value(saver, {"only": elsewhere}, thread("u"))

    saver.offload()

    assert holds(tmp_path, elsewhere)


def test_tool_results_are_offloaded(
    saver: InteractionsSaver, emulator: Emulator, tmp_path: Path
) -> None:
    call = {"name": "look", "arguments": {}}
    emulator.script([{"reply": {"calls": [call]}, "times": 1}])
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    ) as model:
        graph = chat(model.bind_tools([look]), saver)
        called = graph.invoke({"messages": [HumanMessage("Look.")]}, thread())
        [made] = called["messages"][-1].tool_calls
        result = ToolMessage(LATER, tool_call_id=made["id"])
        graph.invoke({"messages": [result]}, thread())

    assert saver.offload().failed == {}
    assert not held_in(tmp_path)["L"]


def test_any_number_may_offload_and_read_at_once(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    before = everything(saver)
    url = saver.sessions.url

    def work(turn: int) -> bool:
        with open_saver(url, emulator.url) as mine:
            if turn % 2:
                mine.offload()
            return everything(mine) == before

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(6)))


def test_offloading_beside_talking_pruning_and_copying_loses_nothing(
    model: ChatInteractions, emulator: Emulator, url: str
) -> None:
    with open_saver(url, emulator.url, offload=None) as plain:
        talk(model, plain)

    def work(turn: int) -> None:
        with open_saver(url, emulator.url) as mine:
            for step in range(4):
                if turn == 0:
                    # A copy may be made before LangGraph gives the message an id.
                    asked = HumanMessage(words(100 + step), id=f"said {step}")
                    said: Any = {"messages": [asked]}
                    chat(model, mine).invoke(said, thread())
                elif turn == 1:
                    mine.prune(["t"])
                elif turn == 2:
                    mine.copy_thread("t", f"copy {step}")
                else:
                    mine.offload()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))

    with open_saver(url, emulator.url) as saver:
        messages = chat(model, saver).get_state(thread()).values["messages"]
        texts = [message.text for message in messages if message.type == "human"]
        assert texts[1:] == [LATER, "Thanks.", *(words(100 + n) for n in range(4))]
        for step in range(4):
            copied = chat(model, saver).get_state(thread(f"copy {step}")).values
            assert copied["messages"] == messages[: len(copied["messages"])]
