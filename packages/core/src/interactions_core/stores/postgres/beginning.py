"""What a transaction begins with, written as one message to the server. Pure."""

import hashlib
from collections.abc import Sequence
from typing import Final

from interactions_core.stores.postgres.connection import Locks
from interactions_core.stores.postgres.text import quoted

READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"

# All statements of a turn are look-ups by index. Without statistics, or with old ones, the
# planner would rather read whole tables.
LOOK_UPS: Final = (
    "SET LOCAL enable_seqscan TO off",
    "SET LOCAL enable_hashjoin TO off",
    "SET LOCAL enable_mergejoin TO off",
    "SET LOCAL plan_cache_mode TO force_generic_plan",
    # What is switched off has a huge cost where nothing else is left, and a huge
    # cost has the statement compiled: 100 ms for one that takes less than 1 ms.
    "SET LOCAL jit TO off",
)

# Sums and lists read much of a table: with these the planner does as it sees fit.
SURVEYS: Final = (
    "SET LOCAL plan_cache_mode TO force_custom_plan",
    "SET LOCAL jit TO off",
)


def begin(
    schema: str, kind: str, plans: Sequence[str], locks: Locks | None, wait_s: float
) -> str:
    """Write the statements of a transaction that come before its first own one.

    Args:
        schema: Where its tables are.
        kind: `READ` or `WRITE`.
        plans: What the planner is told.
        locks: What it writes; `None` for nothing.
        wait_s: How long it waits for a lock.
    """
    statements = [kind, f"SET LOCAL search_path TO {quoted(schema)}", *plans]
    if locks is not None:
        statements.append(f"SET LOCAL lock_timeout TO '{wait_s}s'")
        statements.append(f"SELECT {', '.join(_lock_calls(schema, locks))}")
    return "; ".join(statements)


def _lock_calls(schema: str, locks: Locks) -> list[str]:
    kinds = {_key(schema, f"/{name}"): "_shared" for name in locks.shared}
    kinds |= {_key(schema, f"/{name}"): "" for name in locks.names}
    everything = "" if locks.is_of_all else "_shared"
    # In one order for everybody, so that no two wait for each other.
    return [
        f"pg_advisory_xact_lock{kind}({key})"
        for key, kind in [(_key(schema, ""), everything), *sorted(kinds.items())]
    ]


def _key(schema: str, name: str) -> int:
    text = f"interactions\0{schema}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], signed=True)
