"""What remains of deleted checkpoints: keyed hashes, by which late writes are told.

A write is late if it leads to a checkpoint that was deleted with its thread, or that
was late itself. A run that has not stored anything before the deletion, and began
from nothing, leads nowhere: it cannot be told from a new one.
"""

import dataclasses
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from langchain_core.runnables import RunnableConfig

from interactions_core.adapter.storage import (
    LATE_S,
    SELECT_BIRTH_BYTES,
    SqlConnection,
    delete_some,
    in_dialects,
    out_of_date,
    placeholders,
)
from interactions_langgraph._storage.addresses import Address

PART: Final = "tombstones"
"""A part of its own: an older release beside this one does not know it, and goes on."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE checkpoint_tombstones (
            digest {bytes} NOT NULL PRIMARY KEY, deleted_at DOUBLE PRECISION NOT NULL
        ) {by_key}"""),
        """CREATE INDEX checkpoint_tombstones_by_time
            ON checkpoint_tombstones (deleted_at)""",
    ),
)

# Most databases never have any: one look is enough then.
KEY: Final = f"{SELECT_BIRTH_BYTES} AND EXISTS (SELECT 1 FROM checkpoint_tombstones)"  # noqa: S608  constants
"""The query of what checkpoints that were deleted are named with."""

_BURY: Final = (
    "INSERT INTO checkpoint_tombstones (digest, deleted_at) VALUES ($1, $2) "
    "ON CONFLICT (digest) DO UPDATE SET deleted_at = excluded.deleted_at"
)
_EXHUME: Final = "DELETE FROM checkpoint_tombstones WHERE digest = $1"
_OLD: Final = out_of_date("checkpoint_tombstones", key="digest", time="deleted_at")
_ADDRESSES: Final = (
    "SELECT s.namespace, c.checkpoint_id FROM checkpoint_threads t "
    "CROSS JOIN checkpoint_spaces s CROSS JOIN checkpoints c "
    "WHERE t.thread_id = $1 AND s.thread = t.number AND c.space = s.number"
)
_AT_ONCE: Final = 500
"""Digests per query; SQLite allows 999 parameters in its oldest builds."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lineage:
    """What a write builds on, as far as it names it.

    Attributes:
        ancestors: Its parent, and the checkpoints of the graphs around it.
        run_id: The run that writes; "" if that is not said.
    """

    ancestors: tuple[Address, ...]
    run_id: str = ""

    @classmethod
    def of(cls, config: RunnableConfig, metadata: Mapping[str, Any]) -> "Lineage":
        """Read what LangGraph hands over, `parents` among it."""
        address = Address.of(config)
        named: dict[str, Any] = {
            **_ids(metadata.get("parents")),
            **_ids(config.get("configurable", {}).get("checkpoint_map")),
        }
        around = (
            Address(address.thread_id, namespace, str(checkpoint_id))
            for namespace, checkpoint_id in named.items()
            if checkpoint_id
        )
        own = [address] if address.checkpoint_id else []
        return cls((*own, *around), str(metadata.get("run_id") or ""))


def is_late(
    connection: SqlConnection,
    lineage: Lineage,
    own: Address | None = None,
) -> bool:
    """Tell whether something leads to a checkpoint that was deleted.

    Args:
        connection: The transaction that stores it, or a snapshot.
        lineage: What leads there.
        own: The checkpoint that is stored unless it is late; that one of this name was
            deleted before is forgotten then.
    """
    key = read_key(connection)
    return key is not None and leads_to_buried(connection, key, lineage, own)


def leads_to_buried(
    connection: SqlConnection,
    key: bytes,
    lineage: Lineage,
    own: Address | None = None,
) -> bool:
    """Do what `is_late` does where something was deleted; `key` names it."""
    if _find_buried(connection, _graves(key, lineage)):
        return True
    if own is not None:
        exhume(connection, Lineage((own,), lineage.run_id))
    return False


def bury_thread(connection: SqlConnection, thread_id: str) -> None:
    """Remember the checkpoints of a thread that is about to be deleted."""
    addresses = _addresses_of(connection, thread_id)
    bury(connection, [(each, "") for each in addresses])
    delete_some(connection, _OLD, time.time() - LATE_S)


def bury(connection: SqlConnection, graves: Sequence[tuple[Address, str]]) -> None:
    """Remember checkpoints that are deleted, or were late.

    Args:
        connection: The transaction that deletes them.
        graves: Each with the run for which alone it was deleted; "" for all.
    """
    if graves:
        now, key = time.time(), _secret(connection)
        connection.executemany(_BURY, [(_digest(key, *each), now) for each in graves])


def exhume(connection: SqlConnection, lineage: Lineage) -> None:
    """Forget that checkpoints were deleted: they, or what follows, are stored anew."""
    key = read_key(connection)
    if key is None:
        return
    found = _find_buried(connection, _graves(key, lineage))
    if found:
        connection.executemany(_EXHUME, [(digest,) for digest in found])


def exhume_thread(connection: SqlConnection, thread_id: str) -> None:
    """Forget that the checkpoints which a thread has were deleted once."""
    exhume(connection, Lineage(tuple(_addresses_of(connection, thread_id))))


def _addresses_of(connection: SqlConnection, thread_id: str) -> list[Address]:
    rows = connection.execute(_ADDRESSES, (thread_id,)).fetchall()
    return [Address(thread_id, *row) for row in rows]


def read_key(connection: SqlConnection) -> bytes | None:
    """Return what checkpoints that were deleted are named with, if there are any."""
    row = connection.execute(KEY).fetchone()
    return bytes(row[0]) if row else None


def _secret(connection: SqlConnection) -> bytes:
    row = connection.execute(SELECT_BIRTH_BYTES).fetchone()
    if row is None:
        message = "the store has no secret, by which deletions are remembered"
        raise RuntimeError(message)
    return bytes(row[0])


def _find_buried(connection: SqlConnection, digests: Iterable[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for batch in _batches(sorted(digests)):
        marks = placeholders(len(batch))
        query = f"SELECT digest FROM checkpoint_tombstones WHERE digest IN ({marks})"  # noqa: S608
        found += [bytes(row[0]) for row in connection.execute(query, batch).fetchall()]
    return found


def _graves(key: bytes, lineage: Lineage) -> set[bytes]:
    # Another run may go on from what was deleted for one run.
    runs = {"", lineage.run_id}
    return {_digest(key, each, run) for each in lineage.ancestors for run in runs}


def _batches(digests: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(digests), _AT_ONCE):
        yield digests[start : start + _AT_ONCE]


def _digest(key: bytes, address: Address, run_id: str = "") -> bytes:
    hashed = hashlib.blake2b(key=key, digest_size=16, person=b"checkpoint")
    own_id = address.checkpoint_id or ""
    for part in (address.thread_id, address.namespace, own_id, run_id):
        text = part.encode("utf-8", "surrogatepass")
        hashed.update(len(text).to_bytes(8) + text)
    return hashed.digest()


def _ids(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
