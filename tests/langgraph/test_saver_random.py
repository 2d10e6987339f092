"""The same random calls on `InteractionsSaver` and on `InMemorySaver`."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Send

from interactions_langgraph.saver import InteractionsSaver

NAMESPACES = ("", "child:1", "child:1|leaf:2")
THREADS = ("one", "two")
STEPS = 120


class Run:
    """One random history, told to both savers."""

    def __init__(self, seed: int, savers: list[BaseCheckpointSaver[str]]) -> None:
        # Not a secret.
        self.rng = random.Random(seed)
        self.savers = savers
        self.known: list[tuple[str, str, str]] = []
        # Long lists are remembered from one put to the next.
        self.most_new, self.odd_share = (4, 0.8) if seed % 2 else (30, 0.01)

    def step(self) -> None:
        acts = (self.put, self.put, self.put, self.put_writes, self.put_writes)
        self.rng.choice((*acts, self.put_again))()

    def put(self) -> None:
        thread, ns, parent = self.place()
        self.store(thread, ns, parent, str(uuid6(clock_seq=1)))

    def put_again(self) -> None:
        if self.known:
            thread, ns, checkpoint_id = self.rng.choice(self.known)
            self.store(thread, ns, None, checkpoint_id)

    def place(self) -> tuple[str, str, str | None]:
        fits = self.known[-3:] if self.rng.random() < 0.7 else self.known
        if fits and self.rng.random() < 0.9:
            return self.rng.choice(fits)
        return self.rng.choice(THREADS), self.rng.choice(NAMESPACES), None

    def store(self, thread: str, ns: str, parent: str | None, own_id: str) -> None:
        config = place_config(thread, ns, parent)
        before = self.savers[0].get_tuple(config) if parent else None
        old = before.checkpoint if before else None
        values: dict[str, Any] = dict(old["channel_values"]) if old else {}
        versions = dict(old["channel_versions"]) if old else {}
        moved = self.change(values)
        new = {name: self.version(versions.get(name)) for name in moved}
        versions |= new
        for name in [name for name in values if name not in moved]:
            # Savers load what is left out from where it was stored.
            if self.rng.random() < 0.3:
                del values[name]
        checkpoint: Any = {
            "v": 4,
            "id": own_id,
            "ts": "2026-01-01T00:00:00+00:00",
            "channel_values": values,
            "channel_versions": versions,
            "versions_seen": {"node": dict(versions)},
            "updated_channels": sorted(new),
            "a key of tomorrow": {"x": (1, 2)},
        }
        metadata: Any = {"source": "loop", "step": self.rng.randrange(3), "parents": {}}
        for saver in self.savers:
            saver.put(config, checkpoint, metadata, new)
        self.known.append((thread, ns, own_id))

    def change(self, values: dict[str, Any]) -> set[str]:
        moved = {"messages"}
        values["messages"] = self.edit(list(values.get("messages", [])))
        if self.rng.random() < 0.5:
            moved.add("extra")
            values["extra"] = self.rng.choice(self.odd_values())
        if self.rng.random() < 0.3 and "extra" in values:
            moved.add("extra")
            del values["extra"]
        return moved

    def odd_values(self) -> list[Any]:
        talk = [self.message() for _ in range(self.rng.randrange(1, 4))]
        state = {"messages": talk, "more": {"deep": [{"er": talk}], "n": 1}}
        sends: list[Any] = [Send("node", {"state": state}), Send("node", talk)]
        return [None, 1, [], b"bytes", talk, {"messages": talk}, state, sends]

    def edit(self, messages: list[BaseMessage]) -> list[BaseMessage]:
        act = self.rng.randrange(8)
        if act == 0 and messages:
            del messages[self.rng.randrange(len(messages))]
        elif act == 1 and messages:
            self.rng.choice(messages).content = f"[redacted {self.rng.random()}]"
        elif act == 2 and messages:
            found = self.rng.choice(messages)
            found.additional_kwargs.setdefault("deep", {})["er"] = self.rng.random()
        elif act == 3:
            del messages[len(messages) * 2 // 3 :]
        else:
            messages += [
                self.message() for _ in range(self.rng.randrange(self.most_new))
            ]
        return messages

    def message(self) -> BaseMessage:
        text = "".join(self.rng.choices("abcdé \ud7ff", k=self.rng.randrange(30)))
        name = str(self.rng.randrange(50))
        call = {"name": "f", "args": {"x": self.rng.random()}, "id": name}
        usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        odd = self.rng.choice([{"a": 1}, {1, 2}, uuid.UUID(int=7), (1, 2)])
        odd = odd if self.rng.random() < self.odd_share else None
        made: list[BaseMessage] = [
            HumanMessage(text, id=name),
            HumanMessage([{"type": "text", "text": text}], unknown_field=[1]),
            AIMessage(text, tool_calls=[call], usage_metadata=usage),
            SystemMessage(text),
            ToolMessage(text, tool_call_id=name, artifact=odd),
        ]
        return self.rng.choice(made)

    def put_writes(self) -> None:
        thread, ns, checkpoint_id = self.place()
        config = place_config(thread, ns, checkpoint_id or str(uuid6(clock_seq=2)))
        channels = ("messages", "extra", "__error__", "__interrupt__", "__resume__")
        writes = [
            (
                self.rng.choice(channels),
                self.rng.choice([self.message(), [1], *self.odd_values()]),
            )
            for _ in range(self.rng.randrange(4))
        ]
        task = f"task-{self.rng.randrange(3)}"
        path = self.rng.choice(["", "~__pregel_pull, a", "~__pregel_pull, b"])
        for saver in self.savers:
            saver.put_writes(config, writes, task, path)

    def version(self, current: str | None) -> str:
        return self.savers[0].get_next_version(current, None)


def place_config(thread: str, ns: str, checkpoint_id: str | None) -> RunnableConfig:
    found = {"thread_id": thread, "checkpoint_ns": ns, "checkpoint_id": checkpoint_id}
    return {"configurable": {k: v for k, v in found.items() if v is not None}}


def listed(
    saver: BaseCheckpointSaver[str], config: RunnableConfig, options: dict[str, object]
) -> list[CheckpointTuple]:
    given: Any = options
    found = saver.list(config, **given)
    # Across namespaces the reference saver orders by namespace first.
    return sorted(found, key=lambda item: item.checkpoint["id"], reverse=True)


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


@pytest.mark.parametrize("seed", range(8))
def test_every_answer_is_that_of_the_reference_saver(
    seed: int, saver: InteractionsSaver
) -> None:
    reference = InMemorySaver()
    run = Run(seed, [reference, saver])

    for _ in range(STEPS):
        run.step()
        if run.known:
            config = place_config(*run.rng.choice(run.known))
            assert saver.get_tuple(config) == reference.get_tuple(config)
    for thread in THREADS:
        for ns in NAMESPACES:
            config = place_config(thread, ns, None)
            assert saver.get_tuple(config) == reference.get_tuple(config)


@pytest.mark.parametrize("seed", range(8))
def test_every_list_is_that_of_the_reference_saver(
    seed: int, saver: InteractionsSaver
) -> None:
    reference = InMemorySaver()
    run = Run(seed, [reference, saver])
    for _ in range(STEPS):
        run.step()

    before = place_config("", "", run.rng.choice(run.known)[2])
    for thread in THREADS:
        everywhere: Any = {"configurable": {"thread_id": thread}}
        assert listed(saver, everywhere, {}) == listed(reference, everywhere, {})
        for ns in NAMESPACES:
            for options in (
                {},
                {"limit": 3},
                {"before": before},
                {"filter": {"step": 1}, "limit": 2},
            ):
                config = place_config(thread, ns, None)
                ours = listed(saver, config, options)
                assert ours == listed(reference, config, options)


@pytest.mark.parametrize("seed", range(8))
def test_delta_history_is_that_of_the_reference_saver(
    seed: int, saver: InteractionsSaver
) -> None:
    reference = InMemorySaver()
    run = Run(seed, [reference, saver])
    for _ in range(STEPS):
        run.step()

    for place in run.rng.sample(run.known, 20):
        config = place_config(*place)
        ours, theirs = (
            each.get_delta_channel_history(config=config, channels=["extra", "absent"])
            for each in (saver, reference)
        )
        assert ours == theirs
