"""Delta channels: their history, and that nothing ever cuts it.

The first eight are the claims of the development head of LangGraph's suite.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.graph import START, StateGraph

from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import at, put, statements_of


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


def line(
    saver: InteractionsSaver, values: dict[int, Any], length: int = 4
) -> list[RunnableConfig]:
    """Put a line of checkpoints, each with a write of its number to `log`."""
    configs = [at()]
    for n in range(length):
        given = {"log": values[n]} if n in values else {}
        configs.append(put(saver, given, own_id=str(n), config=configs[-1]))
        saver.put_writes(configs[-1], [("log", n)], "task")
    return configs[1:]


def history(saver: InteractionsSaver, config: RunnableConfig, *channels: str) -> Any:
    return saver.get_delta_channel_history(config=config, channels=channels)


def written(found: Any, channel: str = "log") -> list[Any]:
    return [value for _, _, value in found[channel]["writes"]]


def test_writes_come_oldest_first(saver: InteractionsSaver) -> None:
    last = line(saver, {0: _DeltaSnapshot([])})[-1]

    assert written(history(saver, last, "log")) == [0, 1, 2]


def test_the_seed_is_the_nearest_snapshot(saver: InteractionsSaver) -> None:
    last = line(saver, {0: _DeltaSnapshot(["far"]), 2: _DeltaSnapshot(["near"])})[-1]

    assert history(saver, last, "log")["log"]["seed"] == _DeltaSnapshot(["near"])


def test_the_writes_of_the_target_are_pending(saver: InteractionsSaver) -> None:
    target = line(saver, {0: _DeltaSnapshot([])})[2]

    assert written(history(saver, target, "log")) == [0, 1]


def test_channels_are_told_apart(saver: InteractionsSaver) -> None:
    first = put(saver, {"a": _DeltaSnapshot(["a"])}, own_id="1")
    saver.put_writes(first, [("a", 1), ("b", 2)], "task")
    last = put(saver, own_id="2", config=first)

    found = history(saver, last, "a", "b")

    assert (written(found, "a"), written(found, "b")) == ([1], [2])
    assert ("seed" in found["a"], "seed" in found["b"]) == (True, False)


def test_no_channels_give_an_empty_history(saver: InteractionsSaver) -> None:
    assert history(saver, line(saver, {})[-1]) == {}


def test_without_a_seed_the_walk_goes_to_the_root(saver: InteractionsSaver) -> None:
    found = history(saver, line(saver, {})[-1], "log")

    assert written(found) == [0, 1, 2]
    assert "seed" not in found["log"]


def test_a_plain_value_of_an_older_graph_is_a_seed(saver: InteractionsSaver) -> None:
    found = history(saver, line(saver, {1: ["plain"]})[-1], "log")

    assert (found["log"]["seed"], written(found)) == (["plain"], [1, 2])


def test_the_writes_of_the_seed_itself_are_replayed(saver: InteractionsSaver) -> None:
    found = history(saver, line(saver, {2: _DeltaSnapshot([])})[-1], "log")

    assert written(found) == [2]


# Ours.


def test_an_unknown_checkpoint_has_no_history(saver: InteractionsSaver) -> None:
    assert history(saver, at("nobody"), "log") == {"log": {"writes": []}}


def test_a_checkpoint_that_is_its_own_ancestor_ends_the_walk(
    saver: InteractionsSaver,
) -> None:
    """LangGraph puts an id again in some runs; the walk must not go round."""
    first = put(saver, own_id="1", config=at(checkpoint_id="2"))
    second = put(saver, own_id="2", config=first)
    saver.put_writes(first, [("log", "once")], "task")

    assert written(history(saver, second, "log")) == ["once"]


def test_ancestors_are_followed_and_not_the_order_of_ids(
    saver: InteractionsSaver,
) -> None:
    root = put(saver, {"log": _DeltaSnapshot([])}, own_id="5")
    ours = put(saver, own_id="1", config=root)
    theirs = put(saver, own_id="3", config=root)
    saver.put_writes(ours, [("log", "ours")], "task")
    saver.put_writes(theirs, [("log", "theirs")], "task")
    last = put(saver, own_id="2", config=ours)

    assert written(history(saver, last, "log")) == ["ours"]


def test_a_long_history_takes_few_queries(saver: InteractionsSaver) -> None:
    last = line(saver, {0: _DeltaSnapshot([])}, length=300)[-1]

    with statements_of(saver) as seen:
        found = history(saver, last, "log")

    assert len(found["log"]["writes"]) == 299
    assert len([q for q in seen if q.lstrip().startswith(("SELECT", "WITH"))]) < 30


def add(value: list[str], writes: list[list[str]]) -> list[str]:
    return operator.iadd([*value], [item for write in writes for item in write])


class Log(TypedDict):
    log: Annotated[list[str], DeltaChannel(add, snapshot_frequency=7)]


def log_graph(saver: Any) -> Any:
    graph = StateGraph(Log)
    graph.add_node("say", lambda state: {"log": [f"reply to {state['log'][-1]}"]})
    graph.add_edge(START, "say")
    return graph.compile(checkpointer=saver)


def say(graph: Any, text: str, config: Any = None, **more: Any) -> list[str]:
    config = config or {"configurable": {"thread_id": "t"}}
    return graph.invoke({"log": [text]}, config | more)["log"]


def logged(graph: Any, thread: str = "t") -> list[str]:
    return graph.get_state({"configurable": {"thread_id": thread}}).values["log"]


def count_rows(saver: InteractionsSaver) -> int:
    return len(list(saver.list({"configurable": {"thread_id": "t"}})))


@pytest.mark.parametrize("turns", [1, 3, 6, 11])
def test_prune_keeps_the_value_of_delta_channels(
    turns: int, saver: InteractionsSaver
) -> None:
    graph = log_graph(saver)
    for n in range(turns):
        expected = say(graph, str(n))
    before = count_rows(saver)

    saver.prune(["t"])

    assert logged(graph) == expected
    assert say(graph, "more") == [*expected, "more", "reply to more"]
    assert turns < 6 or count_rows(saver) < before


def test_pruning_again_and_again_keeps_the_file_from_growing(
    saver: InteractionsSaver,
) -> None:
    graph = log_graph(saver)
    kept: list[int] = []
    for n in range(40):
        expected = say(graph, str(n))
        saver.prune(["t"])
        kept.append(count_rows(saver))

    assert logged(graph) == expected
    assert max(kept[20:]) <= max(kept[:20])


def test_deleting_a_run_keeps_what_later_checkpoints_are_built_from(
    saver: InteractionsSaver,
) -> None:
    graph = log_graph(saver)
    for n in range(3):
        expected = say(graph, str(n), metadata={"run_id": f"run {n}"})

    saver.delete_for_runs(["run 0", "run 1"])

    assert logged(graph) == expected


def test_a_copy_has_the_history_of_its_source(saver: InteractionsSaver) -> None:
    graph = log_graph(saver)
    expected = [say(graph, str(n)) for n in range(5)][-1]

    saver.copy_thread("t", "u")
    saver.delete_thread("t")

    assert logged(graph, "u") == expected


def fork_by_invoke(graph: Any, config: Any) -> Any:
    graph.invoke({"log": ["other"]}, config)
    return graph.get_state({"configurable": {"thread_id": "t"}}).config


def fork_by_update(graph: Any, config: Any) -> Any:
    return graph.update_state(config, {"log": ["other"]}, as_node="say")


@pytest.mark.parametrize("fork", [fork_by_invoke, fork_by_update])
def test_a_fork_does_not_replay_the_other_branch(
    fork: Callable[[Any, Any], Any], saver: InteractionsSaver
) -> None:
    """LangGraph issues 8443 and 8551."""
    graph = log_graph(saver)
    say(graph, "0")
    past = graph.get_state({"configurable": {"thread_id": "t"}}).config
    left = say(graph, "1")
    left_config = graph.get_state({"configurable": {"thread_id": "t"}}).config

    forked = fork(graph, past)

    assert "other" not in graph.get_state(left_config).values["log"]
    assert graph.get_state(left_config).values["log"] == left
    assert "1" not in graph.get_state(forked).values["log"]
    assert graph.get_state(forked).values["log"][:3] == ["0", "reply to 0", "other"]
