"""The entries of the ledger: SQL and conversions only."""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.stores.sql.rows import as_json, scope_row
from interactions_core.stores.sql.statements import Dialects, placeholders, where
from interactions_core.usage import Usage

_ENTRY = (
    "credential, session_id, thread_id, key, target, reason, status, created_at, "
    "attempts, maybe_billed, recovered, steps_sent, bytes_sent, replay_steps, "
    "replay_bytes, input_tokens, cached_tokens, output_tokens, thought_tokens, "
    "tool_use_tokens, total_tokens"
)

ADD_ENTRY: Final = f"INSERT INTO ledger ({_ENTRY}) VALUES ({placeholders(21)})"

# Builds of SQLite before 3.35 return nothing, and PostgreSQL gives what it has numbered
# to nobody else who may not read its sequences.
INSERT_LEDGER: Final = Dialects(ADD_ENTRY, f"{ADD_ENTRY} RETURNING number")

LAST_ENTRY: Final = "SELECT last_insert_rowid()"
"""The number of the entry, where writing it has not returned that."""

_SUMS: Final = """SELECT sum(input_tokens), sum(cached_tokens), sum(output_tokens),
sum(thought_tokens), sum(tool_use_tokens), sum(total_tokens) FROM ledger"""


def sum_ledger(*names: str) -> str:
    """Write the query of what was used; the values of these columns are given."""
    return _SUMS + where(names)


def list_ledger(where: str) -> str:
    """Write the query of the ledger; behind the columns of an entry its number."""
    return f"SELECT {_ENTRY}, number FROM ledger{where} ORDER BY number"


def entry_row(scope: Scope, entry: LedgerEntry) -> tuple[object, ...]:
    """Return the row of a ledger entry."""
    return (
        *scope_row(scope),
        entry.key,
        entry.target,
        entry.reason,
        entry.status,
        entry.created_at,
        entry.attempts,
        entry.maybe_billed,
        as_json(entry.recovered),
        entry.steps_sent,
        entry.bytes_sent,
        entry.replay_steps,
        entry.replay_bytes,
        *usage_row(entry.usage),
    )


def entry_from_row(row: Sequence[Any]) -> tuple[Scope, LedgerEntry]:
    """Read a row of `list_ledger`."""
    return Scope(row[0], row[1], row[2]), LedgerEntry(
        key=row[3],
        target=row[4],
        reason=row[5],
        status=row[6],
        created_at=row[7],
        attempts=row[8],
        maybe_billed=row[9],
        recovered=tuple(json.loads(row[10])),
        steps_sent=row[11],
        bytes_sent=row[12],
        replay_steps=row[13],
        replay_bytes=row[14],
        usage=Usage(*row[15:21]),
    )


def usage_row(usage: Usage) -> tuple[int, ...]:
    """Return the numbers of tokens in the order of `Usage`."""
    return (
        usage.input_tokens,
        usage.cached_tokens,
        usage.output_tokens,
        usage.thought_tokens,
        usage.tool_use_tokens,
        usage.total_tokens,
    )
