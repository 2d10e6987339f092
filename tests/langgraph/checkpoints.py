"""Put checkpoints into a saver by hand, and look at what lies in its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base.id import uuid6

from interactions_langgraph import InteractionsSaver


def at(
    thread: object = "t", checkpoint_id: str | None = None, ns: str = ""
) -> RunnableConfig:
    found: dict[str, Any] = {"thread_id": thread, "checkpoint_ns": ns}
    if checkpoint_id:
        found["checkpoint_id"] = checkpoint_id
    return {"configurable": found}


def put(
    saver: InteractionsSaver,
    values: dict[str, Any] | None = None,
    *,
    config: RunnableConfig | None = None,
    own_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    version: int = 1,
    **more: object,
) -> RunnableConfig:
    versions = dict.fromkeys(values or {}, version)
    checkpoint: Any = {
        "v": 4,
        "id": own_id or str(uuid6(clock_seq=0)),
        "ts": "2026-01-01T00:00:00+00:00",
        "channel_values": values or {},
        "channel_versions": versions,
        "versions_seen": {},
        **more,
    }
    given: Any = metadata or {"source": "loop", "step": 0, "parents": {}}
    return saver.put(config or at(), checkpoint, given, versions)


def put_value(
    saver: InteractionsSaver,
    value: object,
    config: RunnableConfig | None = None,
    *,
    version: int = 1,
) -> RunnableConfig:
    return put(saver, {"c": value}, config=config, version=version)


def value_of(saver: InteractionsSaver, config: RunnableConfig) -> Any:
    found = saver.get_tuple(config)
    assert found is not None
    return found.checkpoint["channel_values"]["c"]


def count(saver: InteractionsSaver, table: str) -> int:
    with saver.sessions.database.reading() as connection:
        rows = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return rows.fetchone()[0]


def bytes_of(saver: InteractionsSaver) -> bytes:
    """Return all bytes of the files, or of the rows that a server still shows."""
    if on_postgres(saver):
        return b"\0".join(_as_bytes(value) for value in every_value(saver))
    return bytes_in(Path(saver.sessions.database.place).parent)


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def size_of(saver: InteractionsSaver) -> int:
    """Return how many bytes the tables and indexes take, without what is free."""
    database = saver.sessions.database
    if not on_postgres(saver):
        database.erase_log()
        return Path(database.place).stat().st_size
    with psycopg.connect(saver.sessions.database._connections._source) as connection:
        connection.autocommit = True
        tables = [
            f"{saver.sessions.database._schema.name}.{t}" for t in tables_of(saver)
        ]
        connection.execute(f"VACUUM FULL {', '.join(tables)}".encode())
        sizes = ", ".join(f"pg_total_relation_size('{table}')" for table in tables)
        return sum(connection.execute(f"SELECT {sizes}".encode()).fetchone() or ())


def every_value(saver: InteractionsSaver) -> Iterator[object]:
    with saver.sessions.database.reading() as connection:
        for table in tables_of(saver):
            for row in connection.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608
                yield from row


def tables_of(saver: InteractionsSaver) -> list[str]:
    with saver.sessions.database.reading() as connection:
        found = connection.execute(
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables "
            "WHERE table_schema = current_schema()"
        )
        return [name for (name,) in found]


@contextmanager
def statements_of(saver: InteractionsSaver) -> Iterator[list[str]]:
    """Note the statements that reach the database."""
    seen: list[str] = []
    if not on_postgres(saver):
        with saver.sessions.database.reading() as connection:
            connection.set_trace_callback(seen.append)
            yield seen
            connection.set_trace_callback(None)
        return
    execute = psycopg.Cursor.execute

    def noted(self: Any, query: bytes, *values: Any, **options: Any) -> Any:
        seen.append(query.decode())
        return execute(self, query, *values, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        yield seen


def on_postgres(saver: InteractionsSaver) -> bool:
    return saver.sessions.url.startswith("postgresql:")


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def talk(length: int) -> list[BaseMessage]:
    return [HumanMessage(f"message {n}", id=str(n)) for n in range(length)]


def orphans(saver: InteractionsSaver) -> dict[str, int]:
    """Count rows that refer to nothing, and rows that nothing can refer to."""
    queries = {
        "nodes without a content": (
            "SELECT count(*) FROM checkpoint_nodes n WHERE NOT EXISTS "
            "(SELECT 1 FROM checkpoint_contents c WHERE c.number = n.content)"
        ),
        "nodes without a parent": (
            "SELECT count(*) FROM checkpoint_nodes n WHERE n.parent & 4294967295 <> 0 "
            "AND NOT EXISTS "
            "(SELECT 1 FROM checkpoint_nodes p WHERE p.number = n.parent)"
        ),
        "checkpoints without a namespace": (
            "SELECT count(*) FROM checkpoints WHERE space NOT IN "
            "(SELECT number FROM checkpoint_spaces)"
        ),
        "contents without a thread": (
            "SELECT count(*) FROM checkpoint_contents WHERE number >> 32 NOT IN "
            "(SELECT number FROM checkpoint_threads)"
        ),
    }
    with saver.sessions.database.reading() as connection:
        return {
            name: connection.execute(query).fetchone()[0]
            for name, query in queries.items()
        }


def read_everything(saver: InteractionsSaver) -> list[Any]:
    """Read every checkpoint whole; raise where a reference dangles."""
    found = list(saver.list(None))
    assert set(orphans(saver).values()) == {0}
    return found
