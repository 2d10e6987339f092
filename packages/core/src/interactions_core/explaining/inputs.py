"""The whole input of a turn, put together from what a store keeps of those before it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import StoreError
from interactions_core.explaining.content import contents, said_steps
from interactions_core.explaining.whole_inputs import WholeInput, whole_inputs
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.mirror import is_redacted
from interactions_core.records.outlines import Outline, keyed_mark
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.sql.schema.refusing import ONLY_LOOKED_AT
from interactions_core.transcript.sizes import step_size

_UNBORN_KEY: Final = secrets.token_bytes(32)
"""Keys marks where a store has no secret, and so none of its own to compare with."""


@dataclass(frozen=True, slots=True)
class InputStep:
    """A step of a list that was asked.

    Attributes:
        kind: Its type on the wire.
        size: Its size as JSON, in bytes.
        mark: Its mark in this store, hexadecimal; where that has no secret, in this
            process.
        wire: What it says; `None` where the store has no content of it.
    """

    kind: str
    size: int
    mark: str
    wire: JsonObject | None


def input_of(store: SessionStore, scope: Scope, key: str) -> tuple[InputStep, ...]:
    """Return the list that a turn asked, with content where that is kept.

    Without an outline, which older releases did not write, it is put together from
    content alone.
    """
    outline = store.find_outline(scope, key)
    if outline is None:
        return _from_content(store, scope, key)
    kept = contents_of(store, scope, outline)
    return tuple(
        InputStep(shape.kind, shape.size, shape.mark.hex(), kept.get(place))
        for place, shape in enumerate(outline.list)
    )


def contents_of(
    store: SessionStore, scope: Scope, outline: Outline
) -> dict[int, JsonObject]:
    """Return what the steps of a list say, by position, as far as that is kept."""
    line = records_of(store, scope, outline.key)
    wires = [wire for each in line for wire in _wires(each)]
    return contents(outline.shapes, wires, _mark_key(store)) if wires else {}


def records_of(store: SessionStore, scope: Scope, key: str) -> list[InteractionRecord]:
    """Return the records that the mirrored steps of one are spread over, oldest first."""
    line: dict[str, InteractionRecord] = {}
    while key and key not in line and (record := store.get(scope, key)) is not None:
        line[key] = record
        key = record.base_key
    return [*line.values()][::-1]


def input_before(store: SessionStore, line: Sequence[InteractionRecord]) -> WholeInput:
    """Say what comes before the steps of the last of these records.

    Args:
        store: Where they are kept.
        line: What `records_of` returns.
    """
    if not line:
        return WholeInput()
    scope, key = line[-1].scope, line[-1].key
    ledger = store.ledger(session_id=scope.session_id, thread_id=scope.thread_id)
    own = [each for whose, each in ledger if whose == scope and each.key == key]
    counts = {key: sum(each.steps_sent for each in own)} if own else {}
    return whole_inputs(line, counts)[key]


def _from_content(store: SessionStore, scope: Scope, key: str) -> tuple[InputStep, ...]:
    line = records_of(store, scope, key)
    if not line:
        return ()
    *before, last = line
    wires = [wire for each in before for wire in _wires(each)]
    wires += _asked(last)
    if not wires or is_redacted(wires):
        return ()
    secret = _mark_key(store)
    return tuple(
        InputStep(
            step.kind,
            step_size(step.wire),
            keyed_mark(step.mark, secret).hex(),
            step.wire,
        )
        for step in said_steps(wires)
    )


def _mark_key(store: SessionStore) -> bytes:
    """Return what steps are marked with: the secret that a store has written, if any."""
    try:
        return store.secret()
    except StoreError as error:
        if error.advice != ONLY_LOOKED_AT:
            raise
        return _UNBORN_KEY


def _wires(record: InteractionRecord) -> Sequence[JsonObject]:
    """Return what a record adds, without what is in no list."""
    return [*_asked(record), *record.held]


def _asked(record: InteractionRecord) -> list[JsonObject]:
    return [w for i, w in enumerate(record.sent) if i not in record.synthetic]
