"""Which locks each operation of a saver on PostgreSQL takes: its threads' and no more."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from interactions_core import PostgresStore
from interactions_core.adapter import Connection
from interactions_core.stores.postgres import transactions
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.held_locks import held_locks
from tests.langgraph.checkpoints import at, put
from tests.patience import PATIENCE_S

RUN: dict[str, Any] = {"source": "loop", "step": 0, "parents": {}, "run_id": "run"}
READS = set[str]()
T = {"all shared", "t alone"}

Operation = Callable[[InteractionsSaver, Any], object]

OPERATIONS: dict[str, tuple[Operation, set[str]]] = {
    "get_tuple": (lambda s, _: s.get_tuple(at()), READS),
    "list": (lambda s, _: [*s.list(None)], READS),
    "put": (lambda s, config: put(s, {"c": 2}, config=config, version=2), T),
    "put_writes": (lambda s, config: s.put_writes(config, [("c", 1)], "task"), T),
    "delete_thread": (lambda s, _: s.delete_thread("t"), T),
    "delete_thread_remote": (lambda s, _: s.delete_thread("t", remote=True), T),
    "delete_for_runs": (
        lambda s, _: s.delete_for_runs(["run"]),
        T | {"u alone"},
    ),
    "copy_thread": (lambda s, _: s.copy_thread("t", "copy"), T | {"copy alone"}),
    "prune": (lambda s, _: s.prune(["t"]), T),
    "prune_delete": (lambda s, _: s.prune(["t"], strategy="delete"), T),
    "offload": (lambda s, _: s.offload(), READS),
    "restore_offloaded": (lambda s, _: s.restore_offloaded(), READS),
    "is_late": (lambda s, config: s.is_late(config), READS),
    "get_delta_channel_history": (
        lambda s, config: s.get_delta_channel_history(config=config, channels=["c"]),
        READS,
    ),
    "setup": (lambda s, _: s.setup(), READS),
}


@pytest.fixture
def saver(postgres_url: str, emulator: Emulator) -> Iterator[InteractionsSaver]:
    connection = Connection(base_url=emulator.url, api_key="k")
    with InteractionsSaver(postgres_url, connection=connection, offload=1024) as saver:
        yield saver


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_waits_for_a_write_to_another_thread(
    name: str,
    saver: InteractionsSaver,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    operation, expected = OPERATIONS[name]
    for thread in ("t", "u"):
        messages = [HumanMessage("Hi", id="1")]
        config = put(saver, {"c": messages}, config=at(thread), metadata=RUN)
    config = put(saver, {"c": 1}, config=at("t"), metadata=RUN)
    other = PostgresStore(f"{postgres_url}&")
    # Where one waits after all, it ends with an error.
    monkeypatch.setattr(transactions, "LOCK_TIMEOUT_S", PATIENCE_S / 10)

    with (
        other.database.writing("another thread"),
        held_locks(postgres_url, ("t", "u", "copy")) as found,
    ):
        operation(saver, config)
    other.close()

    assert found == expected
