"""Deleting, copying, pruning, encrypting and bringing back what was offloaded."""

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_core import SqliteStore
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph.offload import OffloadedPayloadError
from tests.langgraph.checkpoints import bytes_in, count
from tests.langgraph.offload.large import (
    DAY_S,
    DOCUMENT,
    KILLS,
    LATER,
    LEAST,
    again,
    chat,
    held_in,
    open_saver,
    talk,
    thread,
)
from tests.langgraph.old_savers import TurnedBits, everything
from tests.programs import run_kills


def test_upkeep_needs_no_server(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    graph = talk(model, saver)
    graph.invoke(
        {"messages": [HumanMessage("Aside.")]},
        {**thread(), "metadata": {"run_id": "r"}},
    )
    last = graph.get_state(thread()).values["messages"]

    with again(saver, "http://127.0.0.1:9") as cut_off:
        cut_off.copy_thread("t", "copy")
        cut_off.delete_for_runs(["r"])
        cut_off.prune(["copy"])
    with open_saver(cut_off.sessions.url, emulator.url) as reopened:
        for name in ("t", "copy"):
            kept = chat(model, reopened).get_state(thread(name)).values["messages"]
            assert kept == last[:-2]


def test_a_deleted_thread_leaves_no_byte_of_what_was_offloaded(
    saver: InteractionsSaver, model: ChatInteractions, tmp_path: Path
) -> None:
    graph = talk(model, saver)
    messages = graph.get_state(thread()).values["messages"]
    names = {m.response_metadata.get("interaction_id", m.id) for m in messages}
    stored = bytes_in(tmp_path / "state")
    assert all(name.encode() in stored for name in names)

    saver.delete_thread("t")

    left = bytes_in(tmp_path / "state")
    assert not any(name.encode() in left for name in names)
    assert not any(held_in(tmp_path).values())


def test_a_text_that_changed_on_the_server_is_noticed(url: str, tmp_path: Path) -> None:
    state = tmp_path / "server.db"
    with (
        Emulator(state=state) as emulator,
        ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        ) as model,
        open_saver(url, emulator.url) as saver,
    ):
        talk(model, saver)
        saver.offload()
    _edit(state, DOCUMENT[:40], "f" * 40)

    with (
        Emulator(state=state) as emulator,
        open_saver(url, emulator.url) as saver,
        pytest.raises(OffloadedPayloadError, match="does not hold the text any more"),
    ):
        saver.get_tuple(thread())


def _edit(path: Path, old: str, new: str) -> None:
    with sqlite3.connect(path) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for _, column, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                db.execute(
                    f"UPDATE {table} SET {column} = "  # noqa: S608
                    f"CAST(replace({column}, ?, ?) AS TEXT) WHERE instr({column}, ?)",
                    (old, new, old),
                )
    db.close()


def test_copies_prunes_and_deletions_keep_what_they_should(
    saver: InteractionsSaver,
    model: ChatInteractions,
    emulator: Emulator,
) -> None:
    graph = talk(model, saver)
    saver.offload()
    saver.copy_thread("t", "copy")
    past = [*graph.get_state_history(thread())][-3].config
    graph.invoke({"messages": [HumanMessage("Another way.")]}, past)
    messages = graph.get_state(thread("copy")).values["messages"]

    saver.prune(["copy"])
    report = saver.delete_thread("t", remote=True)

    assert report.shared
    with again(saver, emulator.url) as reopened:
        found = reopened.get_tuple(thread("copy"))
        assert found is not None
        assert found.checkpoint["channel_values"]["messages"] == messages
        reopened.delete_thread("copy")
        assert count(reopened, "checkpoint_contents") == 0


def test_no_thread_rests_on_what_another_one_may_delete(
    saver: InteractionsSaver, model: ChatInteractions
) -> None:
    graph = talk(model, saver)
    messages = graph.get_state(thread()).values["messages"]
    graph.update_state(thread("taken over"), {"messages": messages})

    assert saver.offload(["taken over"]).values == 0
    saver.delete_thread("t", remote=True)
    assert graph.get_state(thread("taken over")).values["messages"] == messages


def test_no_thread_rests_on_what_is_still_to_be_deleted(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    graph = talk(model, saver)
    messages = graph.get_state(thread()).values["messages"]
    emulator.fault(on="delete", times=99, do={"status": 503})
    saver.delete_thread("t", remote=True)
    assert saver.sessions.list_erasures()

    graph.update_state(thread("taken over"), {"messages": messages})

    assert saver.offload(["taken over"]).values == 0


def test_sessions_elsewhere_are_known_from_the_replies(
    emulator: Emulator, url: str, tmp_path: Path
) -> None:
    with ChatInteractions(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        sessions=f"memory:{tmp_path}",
    ) as model:
        with open_saver(url, emulator.url, offload=None) as plain:
            talk(model, plain)
            before = everything(plain)
        with open_saver(url, emulator.url) as saver:
            assert saver.offload().values >= 3
            assert not any(held_in(tmp_path).values())
            assert everything(saver) == before


def test_a_store_that_mirrors_everything_keeps_its_mirror(
    model: ChatInteractions, emulator: Emulator, url: str, tmp_path: Path
) -> None:
    store = SqliteStore(url.removeprefix("sqlite:///"))
    with open_saver(store, emulator.url) as saver:
        graph = talk(model, saver)

        assert all(held_in(tmp_path).values())
        assert emulator.stats()["gets"] == 2
        assert graph.get_state(thread()).values["source"] == DOCUMENT
        [first, *_] = [store.get(h.scope, h.key) for h in store.held_by("t")]
        assert first is not None
        assert DOCUMENT in str(first.sent)
    store.close()


def test_encrypted_values_stay_encrypted(
    model: ChatInteractions, emulator: Emulator, url: str, tmp_path: Path
) -> None:
    serde = EncryptedSerializer(TurnedBits())
    with open_saver(url, emulator.url, serde=serde) as saver:
        graph = chat(model, saver)
        graph.invoke({"messages": [HumanMessage(f"xyzzy {LATER}")]}, thread())
        saver.sessions.database.erase_log()

        stored = bytes_in(tmp_path / "state")
        assert emulator.stats()["gets"] == 1
        assert b"xyzzy" not in stored
        sealed = TurnedBits().encrypt(LATER[1000:1100].encode())[1]
        assert sealed not in stored
        with again(saver, emulator.url, serde=serde) as reopened:
            messages = chat(model, reopened).get_state(thread()).values["messages"]
            assert messages[0].text == f"xyzzy {LATER}"


def test_all_of_it_can_be_brought_back(filled: str, emulator: Emulator) -> None:
    with open_saver(filled, emulator.url) as saver:
        before = everything(saver)
        gone = saver.offload()

        back = saver.restore_offloaded()

        assert (back.values, back.freed, back.failed) == (gone.values, -gone.freed, {})
        with again(saver, "http://127.0.0.1:9") as cut_off:
            assert everything(cut_off) == before


def test_a_server_that_is_down_is_asked_once_by_restore_offloaded(
    saver: InteractionsSaver, model: ChatInteractions
) -> None:
    talk(model, saver)

    with again(saver, "http://127.0.0.1:9") as cut_off:
        report = cut_off.restore_offloaded()

    assert (report.values, len(report.failed)) == (0, 1)


def test_what_cannot_be_brought_back_is_reported(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    saver.offload()
    emulator.advance(60 * DAY_S)

    with again(saver, emulator.url) as reopened:
        report = asyncio.run(reopened.arestore_offloaded(["t"]))

    assert report.values == 0
    assert report.failed
    assert all("of thread 't' rests on" in said for said in report.failed.values())


def test_a_saver_without_the_option_reads_and_does_not_offload(
    saver: InteractionsSaver, model: ChatInteractions, emulator: Emulator
) -> None:
    talk(model, saver)
    before = everything(saver)
    asyncio.run(saver.aoffload())

    with again(saver, emulator.url, offload=None) as plain:
        assert everything(plain) == before
        with pytest.raises(ConfigurationError, match="give InteractionsSaver offload="):
            plain.offload()


def test_options_that_make_no_sense_are_refused(url: str) -> None:
    class Own(JsonPlusSerializer):
        def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
            return super().dumps_typed(obj)

    with pytest.raises(ConfigurationError, match="at least 1024 bytes, not 10"):
        InteractionsSaver(url, offload=10)
    with pytest.raises(ConfigurationError, match="LangGraph's own serializer"):
        InteractionsSaver(url, offload=LEAST, serde=Own())
    with InteractionsSaver(url, offload=LEAST) as saver:
        saver.serde = Own()
        with pytest.raises(ConfigurationError, match="LangGraph's own serializer"):
            saver.offload()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked")
def test_whoever_is_killed_while_offloading_loses_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    """Ours: OFFLOAD_CRASHES sets how many runs are killed; the seed is printed."""
    run_kills("tests.langgraph.offload_crashes", emulator.url, tmp_path, KILLS)
