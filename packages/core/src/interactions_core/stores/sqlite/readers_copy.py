"""What a copy for readers has of each table: nothing that was said, and no secret.

Tables and columns that are not named here are left out, those of a newer release and of
other programs included. Hashes of what was said are emptied as well: a short text can
be found by them, and without them no turn finds anything to go on with.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

from interactions_core.stores.sql.database import SqlConnection

_BATCH: Final = 1_000

_EMPTY_FORM: Final = """'{"marks":[],"calls":[],"call_ids":[],"chars":0,"sha256":"","only_text":false}'"""

_EXTRA: Final = """json_object(
    'context_steps', json_extract(extra, '$.context_steps'),
    'context_bytes', json_extract(extra, '$.context_bytes'),
    'usage', json_extract(extra, '$.usage'),
    'environment_id', coalesce(json_extract(extra, '$.environment_id'), ''),
    'made_by', coalesce(json_extract(extra, '$.made_by'), ''),
    'setup', json(coalesce(json_extract(extra, '$.setup'), '[]')),
    'synthetic', json('[]'), 'local_results', json('[]')
)"""

COPIED: Final[Mapping[str, Mapping[str, str]]] = {
    "interactions": {
        "request_digest": "x''",
        "context_digest": "x''",
        "setup": "x''",
        "form": _EMPTY_FORM,
        "held": "'[]'",
        "sent": "'[]'",
        "extra": _EXTRA,
        "call_digest": "''",
        "owed": "0",
        "holder": "''",
    },
    "ledger": {},
    "retention": {},
    "charges": {},
    "unanswered": {},
    "budgets": {},
    "reservations": {},
    "jobs": {"call_digest": "''", "plan": "'{}'", "result": "'{}'"},
    "job_events": {},
    "job_traces": {},
    "job_looks": {},
    "questions": {"question": "''", "list": "''", "fixed": "''", "marks": "'{}'"},
    "outlines": {},
    "setups": {},
    "labels": {},
    "forms": {},
    "lost_chains": {},
    "retention_tries": {},
    "restores": {},
    "account_names": {},
    "account_events": {},
    "account_anchors": {},
    "deleted_threads": {},
    "erasures": {},
}
"""The tables that are copied; by column, what stands in place of its value."""

_COLUMNS: Final = "SELECT name FROM pragma_table_info($1)"


def copy_rows(
    source: SqlConnection, target: SqlConnection, tell: Callable[[str, int], object]
) -> None:
    """Copy what readers may have.

    Args:
        source: A store of any version, in a transaction.
        target: A new store of this version, in a transaction.
        tell: Is told how many rows a table had.
    """
    for table, emptied in COPIED.items():
        columns = _common_columns(source, target, table)
        if columns:
            tell(table, _copy_table(source, target, table, columns, emptied))


def _common_columns(
    source: SqlConnection, target: SqlConnection, table: str
) -> list[str]:
    """Name the columns of this release that the source has; none without the table."""
    had = {name for (name,) in source.execute(_COLUMNS, (table,))}
    return [name for (name,) in target.execute(_COLUMNS, (table,)) if name in had]


def _copy_table(
    source: SqlConnection,
    target: SqlConnection,
    table: str,
    columns: list[str],
    emptied: Mapping[str, str],
) -> int:
    # Names are constants of this package.
    shown = ", ".join(emptied.get(name, name) for name in columns)
    values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"
    found = source.execute(f"SELECT {shown} FROM {table}")
    count = 0
    while rows := list(islice(found, _BATCH)):
        target.executemany(insert, rows)
        count += len(rows)
    return count
