"""What LangGraph's contract says of a saver beyond the published suite."""

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, PendingWrite
from langgraph.checkpoint.serde.types import _DeltaSnapshot

from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import at, put


@pytest.fixture(params=["sqlite", "postgres"])
def saver(request: pytest.FixtureRequest) -> Iterator[InteractionsSaver]:
    url = "sqlite:///:memory:"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    with InteractionsSaver.from_conn_string(url) as saver:
        yield saver


def pending(
    saver: InteractionsSaver, config: RunnableConfig
) -> list[PendingWrite] | None:
    found = saver.get_tuple(config)
    assert found is not None
    return found.pending_writes


def test_writes_come_back_by_path_then_task_then_index(
    saver: InteractionsSaver,
) -> None:
    config = put(saver)

    saver.put_writes(config, [("c", 1), ("c", 2)], "task-a", "path-2")
    saver.put_writes(config, [("c", 3)], "task-c", "path-1")
    saver.put_writes(config, [("c", 4)], "task-b", "path-1")
    saver.put_writes(config, [("c", 5)], "task-z")

    assert [value for _, _, value in pending(saver, config)] == [5, 4, 3, 1, 2]


def test_first_write_of_an_index_stays_and_special_ones_are_replaced(
    saver: InteractionsSaver,
) -> None:
    """LangGraph contract: decided for each write, also within one call."""
    config = put(saver)

    saver.put_writes(config, [("c", "first"), ("__error__", "first")], "task")
    saver.put_writes(config, [("c", "second"), ("__error__", "second")], "task")

    assert pending(saver, config) == [
        ("task", "__error__", "second"),
        ("task", "c", "first"),
    ]


def test_writes_may_come_before_their_checkpoint(saver: InteractionsSaver) -> None:
    saver.put_writes(at(checkpoint_id="later"), [("c", 1)], "task")

    assert saver.get_tuple(at()) is None
    assert pending(saver, put(saver, own_id="later")) == [("task", "c", 1)]


def test_put_writes_keeps_the_parameter_that_langgraph_looks_for() -> None:
    """LangGraph contract: without `task_path` the path is dropped in silence."""
    for method in (InteractionsSaver.put_writes, InteractionsSaver.aput_writes):
        assert "task_path" in inspect.signature(method).parameters


def test_put_replaces_a_checkpoint_of_the_same_id(saver: InteractionsSaver) -> None:
    put(saver, {"a": 1}, own_id="same", metadata={"step": 1})

    put(saver, {"b": 2}, own_id="same", metadata={"step": 2}, config=at("t", "parent"))

    [found] = saver.list(at())
    assert found.checkpoint["channel_values"] == {"b": 2}
    assert found.metadata.get("step") == 2
    assert found.parent_config == at("t", "parent")


def test_a_channel_without_a_version_does_not_come_back(
    saver: InteractionsSaver,
) -> None:
    config = put(saver, {"a": 1, "gone": 2}, channel_versions={"a": 1})

    found = saver.get_tuple(config)

    assert found is not None
    assert found.checkpoint["channel_values"] == {"a": 1}


def test_a_value_left_out_comes_from_the_parent_while_its_version_stands(
    saver: InteractionsSaver,
) -> None:
    """LangGraph contract: only channels in `new_versions` need to be stored."""
    parent = put(saver, {"still": [1], "moved": [2]})
    config: Any = {"v": 4, "ts": "", "versions_seen": {}, "channel_values": {}}
    config |= {"id": "z", "channel_versions": {"still": 1, "moved": 2}}

    child = saver.put(parent, config, {}, {"moved": 2})

    found = saver.get_tuple(child)
    assert found is not None
    assert found.checkpoint["channel_values"] == {"still": [1]}


def test_a_value_left_out_is_gone_once_its_version_differs(
    saver: InteractionsSaver,
) -> None:
    """LangGraph contract: a value belongs to one version of its channel."""
    parent = put(saver, {"c": [1]})
    checkpoint: Any = {"v": 4, "ts": "", "versions_seen": {}, "channel_values": {}}
    checkpoint |= {"id": "z", "channel_versions": {"c": 2}}

    child = saver.put(parent, checkpoint, {}, {})

    found = saver.get_tuple(child)
    assert found is not None
    assert found.checkpoint["channel_values"] == {}


def test_unknown_keys_of_a_checkpoint_are_preserved(saver: InteractionsSaver) -> None:
    config = put(saver, pending_sends=[], of_tomorrow={"x": [1]}, updated_channels=None)

    found = saver.get_tuple(config)

    assert found is not None
    kept: dict[str, Any] = {**found.checkpoint}
    assert kept["of_tomorrow"] == {"x": [1]}
    assert kept["pending_sends"] == []
    assert kept["updated_channels"] is None


def test_metadata_takes_in_what_the_config_says(saver: InteractionsSaver) -> None:
    config: Any = at() | {"metadata": {"user": "u\x001", "obj": object()}}
    config["configurable"] |= {"tenant": 7, "__hidden": 1}

    put(saver, config=config)

    [found] = saver.list(at())
    assert found.metadata == {
        "source": "loop",
        "step": 0,
        "parents": {},
        "user": "u1",
        "tenant": 7,
    }


def test_thread_ids_are_text_whatever_they_were(saver: InteractionsSaver) -> None:
    put(saver, {"a": 1}, config=at(42))

    assert saver.get_tuple(at("42")) is not None
    assert saver.get_tuple(at(42)) is not None


def test_a_config_with_an_id_is_echoed(saver: InteractionsSaver) -> None:
    config = put(saver)
    asked = config | {"tags": ["mine"]}

    found = saver.get_tuple(asked)

    assert found is not None
    assert found.config == asked


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_id_means_the_newest(
    empty: str | None, saver: InteractionsSaver
) -> None:
    put(saver, own_id="1")
    put(saver, own_id="2")
    config: Any = at()
    config["configurable"]["checkpoint_id"] = empty

    found = saver.get_tuple(config)

    assert found is not None
    assert found.checkpoint["id"] == "2"


def test_list_tells_an_absent_namespace_from_the_root_one(
    saver: InteractionsSaver,
) -> None:
    put(saver, own_id="1")
    put(saver, own_id="2", config=at(ns="child"))

    everywhere = saver.list({"configurable": {"thread_id": "t"}})
    assert [found.checkpoint["id"] for found in everywhere] == ["2", "1"]
    assert [found.checkpoint["id"] for found in saver.list(at())] == ["1"]


def test_list_without_a_config_goes_over_all_threads(saver: InteractionsSaver) -> None:
    put(saver, own_id="1", config=at("a"))
    put(saver, own_id="3", config=at("a"))
    put(saver, own_id="2", config=at("b"))

    ids = [found.checkpoint["id"] for found in saver.list(None)]

    assert ids == ["3", "2", "1"]


def test_before_needs_no_thread(saver: InteractionsSaver) -> None:
    """LangGraph contract: a replay passes only the checkpoint's id."""
    for own_id in "123":
        put(saver, own_id=own_id)

    found = saver.list(at(), before={"configurable": {"checkpoint_id": "3"}}, limit=1)

    assert [each.checkpoint["id"] for each in found] == ["2"]


def test_list_of_one_checkpoint_by_id(saver: InteractionsSaver) -> None:
    for own_id in "123":
        put(saver, own_id=own_id)

    [found] = saver.list(at(checkpoint_id="2"))

    assert found.checkpoint["id"] == "2"


@pytest.mark.parametrize(
    ("limit", "expected"), [(0, 0), (1, 1), (5, 5), (None, 20), (50, 20)]
)
def test_limit_counts_what_the_filter_left(
    limit: int | None, expected: int, saver: InteractionsSaver
) -> None:
    for at_ in range(40):
        put(saver, metadata={"even": at_ % 2 == 0})

    found = list(saver.list(at(), filter={"even": True}, limit=limit))

    assert len(found) == expected


@pytest.mark.parametrize(
    "value", [{"a": [1, {"b": None}]}, [1, "x"], None, True, 1.5, "it's", "ü\u2028"]
)
def test_filter_matches_any_json_value_under_any_key(
    value: object, saver: InteractionsSaver
) -> None:
    key = "a 'key' with.dots\"]"
    put(saver, metadata={key: value, "n": 1})
    put(saver, metadata={key: "other", "n": 2})

    [found] = saver.list(at(), filter={key: value})

    assert found.metadata == {key: value, "n": 1}


def test_other_calls_work_inside_a_list(saver: InteractionsSaver) -> None:
    """Known bug of another saver: a lock held across `yield` hangs here."""
    for _ in range(30):
        put(saver, {"a": 1})

    for found in saver.list(at()):
        assert saver.get_tuple(found.config) is not None
        saver.put_writes(found.config, [("c", 1)], "task")
        asyncio.run(saver.aput_writes(found.config, [("c", 1)], "task"))


def test_async_list_can_be_left_early(saver: InteractionsSaver) -> None:
    for _ in range(30):
        put(saver)

    async def first() -> CheckpointTuple | None:
        async for found in saver.alist(at()):
            return await saver.aget_tuple(found.config)
        return None

    assert asyncio.run(first()) is not None


@pytest.mark.parametrize(
    ("current", "number"),
    [(None, 1), (3, 4), (3.0, 4), ("00000007.0.123", 8), ("9", 10)],
)
def test_next_version_sorts_after_any_form_of_the_last(
    current: str | float | None, number: int, saver: InteractionsSaver
) -> None:
    version = saver.get_next_version(current, None)

    assert version.startswith(f"{number:032}.")
    assert version != saver.get_next_version(current, None)


def test_delta_snapshots_come_back_as_such(saver: InteractionsSaver) -> None:
    values = {
        "plain": _DeltaSnapshot({"a": 1}),
        "messages": _DeltaSnapshot([HumanMessage("x", id="1")]),
    }

    found = saver.get_tuple(put(saver, values))

    assert found is not None
    assert found.checkpoint["channel_values"] == values
    for value in found.checkpoint["channel_values"].values():
        assert isinstance(value, _DeltaSnapshot)


def test_delta_history_is_built_from_writes_and_the_nearest_value(
    saver: InteractionsSaver,
) -> None:
    seed = put(saver, {"log": _DeltaSnapshot(["a"])}, own_id="1")
    saver.put_writes(seed, [("log", "b")], "task")
    middle = put(saver, own_id="2", config=seed)
    saver.put_writes(middle, [("log", "c")], "task")
    last = put(saver, own_id="3", config=middle)
    saver.put_writes(last, [("log", "not yet")], "task")

    found = saver.get_delta_channel_history(config=last, channels=["log"])

    assert found == {
        "log": {
            "writes": [("task", "log", "b"), ("task", "log", "c")],
            "seed": _DeltaSnapshot(["a"]),
        }
    }


@pytest.mark.parametrize(
    "odd", ["a\0b", "\0", "\x01", "\x01\x01", "é\U0001f600", "a'\"%s?:x"]
)
def test_ids_may_hold_any_text(odd: str, saver: InteractionsSaver) -> None:
    """Ours: PostgreSQL refuses NUL in texts, so it is stored as something else."""
    first = put(saver, {"c": 1}, config=at(odd, ns=odd), own_id=f"1{odd}")
    metadata = {"run_id": odd, "note": odd}
    last = put(saver, {odd: odd}, config=first, own_id=f"2{odd}", metadata=metadata)
    saver.put_writes(last, [(odd, odd)], f"task {odd}", odd)
    saver.copy_thread(odd, f"copy of {odd}")

    found = saver.get_tuple(at(odd, ns=odd))

    assert found is not None
    assert (found.config, found.parent_config) == (last, first)
    assert found.checkpoint["channel_values"] == {odd: odd}
    assert found.pending_writes == [(f"task {odd}", odd, odd)]
    assert [t.config for t in saver.list(at(odd, ns=odd), before=last)] == [first]
    assert len(list(saver.list(at(f"copy of {odd}", ns=odd)))) == 2
    # LangGraph leaves NUL out of metadata.
    saver.delete_for_runs([odd.replace("\0", "")])
    assert [t.config for t in saver.list(at(odd, ns=odd))] == [first]


def test_threads_whose_ids_differ_by_an_odd_character_are_kept_apart(
    saver: InteractionsSaver,
) -> None:
    names = ["a", "a\0", "a\x01", "a\x01\x01", "A", "a "]
    for name in names:
        put(saver, {"c": name}, config=at(name))

    for name in names:
        found = saver.get_tuple(at(name))
        assert found is not None
        assert found.checkpoint["channel_values"] == {"c": name}


def test_the_newest_is_the_greatest_id_character_by_character(
    saver: InteractionsSaver,
) -> None:
    """LangGraph: ids are compared as texts, not by the rules of a language."""
    ids = ["a", "B", "a\0", "é", "z", "Z", "10", "9", "a-b", "ab"]
    for own_id in ids:
        put(saver, {"c": own_id}, own_id=own_id)

    found = [t.checkpoint["id"] for t in saver.list(at())]

    assert found == sorted(ids, reverse=True)
