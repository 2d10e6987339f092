"""What lies in the file: each thing once, nothing after deletion, nothing in clear."""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send

from interactions_core.records.interactions import InteractionRecord, ReplyForm, Scope
from interactions_langgraph import InteractionsSaver
from interactions_langgraph._storage.message_states import build_message, pack_message
from tests.langgraph.checkpoints import (
    at,
    bytes_of,
    count,
    on_postgres,
    put,
    put_value,
    size_of,
    statements_of,
    talk,
    value_of,
)
from tests.outcomes import SEEDS

TEXT = "xyzzy-plugh-7291"

Value = Any


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


@pytest.fixture
def saver(url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(url) as saver:
        yield saver


def test_a_longer_list_costs_one_node_and_one_message(saver: InteractionsSaver) -> None:
    messages = talk(50)
    put_value(saver, messages)
    nodes, contents = (
        count(saver, "checkpoint_nodes"),
        count(saver, "checkpoint_contents"),
    )

    put_value(saver, [*messages, HumanMessage("one more", id="x")], version=2)

    assert count(saver, "checkpoint_nodes") == nodes + 1
    assert count(saver, "checkpoint_contents") == contents + 1


def test_a_fork_shares_the_beginning(saver: InteractionsSaver) -> None:
    messages = talk(50)
    put_value(saver, [*messages, HumanMessage("left")])

    fork = put_value(saver, [*messages, HumanMessage("right")])

    assert count(saver, "checkpoint_nodes") == 52
    assert value_of(saver, fork)[-1].content == "right"


def test_another_value_is_stored_once_whatever_its_channel_does(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, {"large": "payload"})
    contents = count(saver, "checkpoint_contents")

    put_value(saver, {"large": "payload"}, version=2)

    assert count(saver, "checkpoint_contents") == contents


def test_a_message_that_is_given_its_id_later_is_stored_once(
    saver: InteractionsSaver,
) -> None:
    """LangGraph: a task's writes are stored before `add_messages` gives out ids."""
    first = put_value(saver, [HumanMessage(TEXT)])
    contents = count(saver, "checkpoint_contents")

    second = put_value(saver, [HumanMessage(TEXT, id="a")], first, version=2)

    assert count(saver, "checkpoint_contents") == contents
    assert value_of(saver, second) == [HumanMessage(TEXT, id="a")]
    assert value_of(saver, first) == [HumanMessage(TEXT)]


def test_what_a_graph_is_told_and_what_its_model_says_is_stored_once(
    saver: InteractionsSaver,
) -> None:
    def model(_: MessagesState) -> dict[str, list[BaseMessage]]:
        return {"messages": [AIMessage(TEXT[::-1])]}

    builder = StateGraph(MessagesState).add_node("model", model)
    graph = builder.add_edge(START, "model").compile(checkpointer=saver)
    said = graph.invoke({"messages": [HumanMessage(TEXT)]}, at())

    with saver.sessions.database.reading() as connection:
        rows = connection.execute("SELECT body FROM checkpoint_contents").fetchall()
    texts = (TEXT.encode(), TEXT[::-1].encode())
    assert [sum(text in body for (body,) in rows) for text in texts] == [1, 1]
    assert graph.get_state(at()).values == said
    assert all(message.id for message in said["messages"])


@pytest.mark.parametrize("seed", SEEDS)
def test_messages_that_differ_in_their_ids_alone_are_told_apart(
    seed: int, saver: InteractionsSaver
) -> None:
    rng = random.Random(seed)
    ids = [None, "", "a", "A", "a\0", "é", "\U0001f600", str(uuid.uuid4())]
    kinds: list[Callable[..., BaseMessage]] = [HumanMessage, AIMessage]
    put: list[tuple[RunnableConfig, list[BaseMessage]]] = []
    for version in range(25):
        messages = [
            rng.choice(kinds)(rng.choice(["yes", "no"]), id=rng.choice(ids))
            for _ in range(rng.randint(1, 30))
        ]
        given = [message.model_copy() for message in messages]
        put.append((put_value(saver, messages, version=version), given))

    saver.copy_thread("t", "copy")
    listed = [
        found.checkpoint["channel_values"]["c"] for found in saver.list(at("copy"))
    ]

    for config, given in put:
        assert value_of(saver, config) == given
    assert [*reversed(listed)] == [given for _, given in put]


def test_threads_share_nothing(saver: InteractionsSaver) -> None:
    """Ours: whether one thread holds a text cannot be told from another's rows."""
    put_value(saver, talk(1), at("a"))
    put_value(saver, talk(1), at("b"))

    with saver.sessions.database.reading() as connection:
        digests = [
            digest
            for table in ("checkpoint_contents", "checkpoint_nodes")
            for (digest,) in connection.execute(f"SELECT digest FROM {table}")  # noqa: S608
        ]
    assert len(digests) == len(set(digests))
    assert count(saver, "checkpoint_nodes") == 2


def change_content(message: BaseMessage) -> None:
    message.content = "[redacted]"


def change_deeply(message: BaseMessage) -> None:
    message.additional_kwargs["a"]["b"].append("[redacted]")


def change_extra(message: BaseMessage) -> None:
    assert message.model_extra is not None
    message.model_extra["of_tomorrow"]["x"] = "[redacted]"


@pytest.mark.parametrize("change", [change_content, change_deeply, change_extra])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("around", [3, 30])
def test_a_message_changed_in_place_is_stored_as_changed(
    change: Callable[[BaseMessage], None],
    version: int,
    around: int,
    saver: InteractionsSaver,
) -> None:
    """Ours: also where the channel's version does not move."""
    extra: Any = {"additional_kwargs": {"a": {"b": []}}, "of_tomorrow": {"x": 1}}
    messages = [*talk(3), HumanMessage(TEXT, **extra), *talk(around)]
    first = put_value(saver, messages)

    change(messages[3])
    second = put_value(saver, messages, first, version=version)

    assert value_of(saver, second) == messages
    assert value_of(saver, first) != messages
    assert value_of(saver, first)[3].content == TEXT


def test_a_long_list_whose_rows_were_erased_is_stored_again(
    saver: InteractionsSaver,
) -> None:
    messages: list[BaseMessage] = talk(40)
    put(saver, {"c": messages}, metadata={"run_id": "run"})
    saver.delete_for_runs(["run"])

    config = put_value(saver, [*messages, HumanMessage(TEXT)])

    assert value_of(saver, config) == [*messages, HumanMessage(TEXT)]


def test_what_is_read_belongs_to_the_reader(saver: InteractionsSaver) -> None:
    config = put_value(saver, talk(3))

    value_of(saver, config)[0].content = "changed by a reader"

    assert value_of(saver, config) == talk(3)


def test_a_changed_message_of_a_list_does_not_reach_the_file(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, talk(3))

    [found] = saver.list(at())
    found.checkpoint["channel_values"]["c"][0].content = "changed by a reader"

    assert value_of(saver, at()) == talk(3)


def test_listed_checkpoints_share_messages_but_not_lists(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, talk(3))
    put_value(saver, talk(4), version=2)

    long, short = (
        found.checkpoint["channel_values"]["c"] for found in saver.list(at())
    )

    assert long[0] is short[0]
    short.append("a list of its own")
    assert long == talk(4)


def agent_step(messages: list[BaseMessage], number: int) -> dict[str, Any]:
    """Build what an agent hands to a tool call, and what a graph keeps as input."""
    state = {"messages": messages, "left": 3}
    call = {"name": "f", "args": {"n": number}, "state": state}
    return {"sends": [Send("tools", call), Send("tools", messages)], "input": state}


def test_lists_inside_other_values_are_stored_once_too(
    saver: InteractionsSaver,
) -> None:
    config = at()
    for version in range(1, 21):
        messages = talk(version)
        put_value(saver, messages, config, version=version)
        for part in agent_step(messages, version).values():
            config = put_value(saver, part, config, version=version)
            saver.put_writes(config, [("c", part)], "task")

    assert count(saver, "checkpoint_nodes") == 20
    with saver.sessions.database.reading() as connection:
        rows = connection.execute("SELECT max(length(body)) FROM checkpoint_contents")
        assert rows.fetchone()[0] < 1000


@pytest.mark.parametrize("part", ["sends", "input"])
def test_lists_inside_other_values_are_put_back(
    part: str, saver: InteractionsSaver
) -> None:
    given = agent_step(talk(4), 1)[part]

    config = put_value(saver, given)
    saver.put_writes(config, [("c", given)], "task")

    found = saver.get_tuple(config)
    assert found is not None
    assert found.checkpoint["channel_values"]["c"] == given
    assert found.pending_writes == [("task", "c", given)]
    assert given == agent_step(talk(4), 1)[part]


def test_a_change_inside_another_value_is_stored(saver: InteractionsSaver) -> None:
    given = agent_step(talk(4), 1)
    first = put_value(saver, given)

    given["input"]["messages"][2].content = "[redacted]"
    given["input"]["left"] = 2
    second = put_value(saver, given, first)

    assert value_of(saver, second) == given
    assert value_of(saver, first) == agent_step(talk(4), 1)


def every_message() -> list[BaseMessage]:
    call = {"name": "f", "args": {"x": 1.0}, "id": "1", "type": "tool_call"}
    usage: Any = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    extra: Any = {"of_tomorrow": [None, {"a": b"bytes"}]}
    parts: Any = [{"type": "text", "text": "é \U0001f600"}, "plain"]
    return [
        HumanMessage(parts, name="n", id="1", **extra),
        AIMessage("", tool_calls=[call], usage_metadata=usage),
        AIMessageChunk("x", tool_call_chunks=[], chunk_position="last"),
        SystemMessage("s", response_metadata={"n": 2**60}),
        ToolMessage("t", tool_call_id="1", artifact={"rows": [1]}, status="error"),
        RemoveMessage("1"),
    ]


def test_a_packed_message_is_rebuilt_exactly() -> None:
    serde = JsonPlusSerializer()
    for message in every_message():
        packed = pack_message(message)
        assert packed is not None
        rebuilt = build_message(packed)
        assert type(rebuilt) is type(message)
        assert rebuilt == message
        assert serde.dumps_typed(rebuilt) == serde.dumps_typed(message)
        assert rebuilt.model_copy(deep=True) == message


@pytest.mark.parametrize("odd", [(1, 2), {1}, uuid6(), 2**70, "\ud800", {1: 2}])
def test_a_message_with_more_than_plain_data_is_not_packed(odd: object) -> None:
    assert pack_message(HumanMessage("x", additional_kwargs={"odd": odd})) is None


def test_messages_come_back_the_same_cold_and_warm(saver: InteractionsSaver) -> None:
    serde = JsonPlusSerializer()
    config = put_value(saver, every_message())

    for _ in range(3):
        found = value_of(saver, config)
        assert found == serde.loads_typed(serde.dumps_typed(every_message()))
        assert serde.dumps_typed(found) == serde.dumps_typed(every_message())


@pytest.mark.parametrize("empty", [[], (), None, "", {}])
def test_empty_values_come_back(empty: object, saver: InteractionsSaver) -> None:
    plain = JsonPlusSerializer()

    found = value_of(saver, put_value(saver, empty))

    assert found == plain.loads_typed(plain.dumps_typed(empty))


def test_a_long_list_is_read_in_one_query(saver: InteractionsSaver) -> None:
    config = put_value(saver, talk(2000))

    with statements_of(saver) as seen:
        assert value_of(saver, config) == talk(2000)

    assert len(seen) < 10


def test_a_saver_looks_a_thread_up_once(saver: InteractionsSaver) -> None:
    config = put_value(saver, talk(1))

    with statements_of(saver) as seen:
        for version in range(2, 5):
            config = put_value(saver, talk(version), config, version=version)

    assert seen
    assert [each for each in seen if "SELECT number, type, key" in each] == []


def test_list_does_not_query_for_each_checkpoint(saver: InteractionsSaver) -> None:
    config = at()
    for version in range(100):
        config = put_value(saver, talk(version), config, version=version)
        saver.put_writes(config, [("c", version)], "task")

    with statements_of(saver) as seen:
        found = list(saver.list(at()))

    assert len(found) == 100
    assert len(seen) < 40


def test_the_file_grows_with_the_conversation_only(saver: InteractionsSaver) -> None:
    config = at()
    text = os.urandom(250).hex()
    messages: list[BaseMessage] = []
    saver.setup()
    # Tables and indexes with nothing in them.
    sizes = [size_of(saver)]
    for turn in range(1, 201):
        messages.append(HumanMessage(f"{turn} {text}", id=str(turn)))
        config = put_value(saver, messages, config, version=turn)
        if turn % 100 == 0:
            sizes.append(size_of(saver))

    assert sizes[2] - sizes[1] < 100 * 1500
    assert sizes[2] - sizes[0] < 200 * 500 * (3.5 if on_postgres(saver) else 2.5)


def test_digests_are_looked_up_in_their_index() -> None:
    """SQLite takes an index on an expression only for the very same text."""
    with InteractionsSaver("sqlite:///:memory:") as saver:
        put_value(saver, talk(3))

        with statements_of(saver) as statements:
            put_value(saver, talk(4), version=2)

        looked_up = [each for each in statements if "digest IN" in each]
        assert looked_up
        with saver.sessions.database.reading() as connection:
            for each in looked_up:
                [plan] = connection.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()
                assert "by_digest (<expr>=? AND digest=?)" in plan[3]


def test_later_outlines_are_not_packed_against_the_first_one_that_lacks_most(
    saver: InteractionsSaver,
) -> None:
    """The first checkpoint of a thread names one channel, all others name more."""
    first = put(saver, {"__start__": 1})
    names = [f"branch:to:node_number_{n}" for n in range(9)]
    second = put(saver, dict.fromkeys(names, 2), config=first)

    put(saver, dict.fromkeys(names, 3), config=second, version=2)

    query = "SELECT dictionary, length(body) FROM checkpoints ORDER BY checkpoint_id"
    with saver.sessions.database.reading() as connection:
        packed = connection.execute(query).fetchall()
    assert packed[0][0] != packed[1][0] == packed[2][0]
    assert packed[2][1] < 80


def test_delete_thread_leaves_no_byte_of_it(saver: InteractionsSaver) -> None:
    for ns in ("", "child:1"):
        config = put_value(saver, [HumanMessage(TEXT)], at("t", ns))
        put_value(saver, {"in a value": TEXT}, config, version=2)
        saver.put_writes(config, [("c", TEXT), ("c", AIMessage(TEXT))], "task")
    put_value(saver, talk(2), at("other"))
    assert TEXT.encode() in bytes_of(saver)

    saver.delete_thread("t")

    assert TEXT.encode() not in bytes_of(saver)
    assert saver.get_tuple(at()) is None
    assert list(saver.list({"configurable": {"thread_id": "t"}})) == []
    assert value_of(saver, at("other")) == talk(2)


def test_delete_thread_leaves_rows_of_other_threads_only(
    saver: InteractionsSaver,
) -> None:
    config = put_value(saver, talk(3))
    saver.put_writes(config, [("c", 1)], "task")

    saver.delete_thread("t")
    saver.delete_thread("never seen")

    for table in ("threads", "spaces", "contents", "nodes", "writes"):
        assert count(saver, f"checkpoint_{table}") == 0
    assert count(saver, "checkpoints") == 0


def test_delete_thread_erases_its_sessions_too(saver: InteractionsSaver) -> None:
    record = InteractionRecord(
        scope=Scope(credential="c", session_id="", thread_id="t"),
        key="k",
        request_digest=b"d",
        form=ReplyForm(()),
        created_at=1.0,
        expires_at=2.0,
    )
    saver.sessions.put(record)

    saver.delete_thread("t")

    assert saver.sessions.get(record.scope, "k") is None


def test_a_deleted_thread_can_begin_again(saver: InteractionsSaver) -> None:
    put_value(saver, talk(3))
    saver.delete_thread("t")

    put_value(saver, talk(3))

    assert value_of(saver, at()) == talk(3)
