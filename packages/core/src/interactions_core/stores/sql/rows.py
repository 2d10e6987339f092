"""The tables of the session store, and whose a row is; of the rest each has a file.

SQL and conversions only; `store` decides when they run.
"""

import json
from collections.abc import Iterable
from typing import Final

from interactions_core.records.interactions import Scope
from interactions_core.records.names import is_keepable
from interactions_core.stores.sql.statements import in_dialects

MIGRATIONS: Final = (
    (
        in_dialects(
            "CREATE TABLE session_meta (name TEXT PRIMARY KEY, value {bytes}) {by_key}"
        ),
        in_dialects("""CREATE TABLE interactions (
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            key TEXT NOT NULL, request_digest {bytes} NOT NULL,
            parent_id TEXT NOT NULL, base_key TEXT NOT NULL,
            context_digest {bytes} NOT NULL, setup {bytes} NOT NULL,
            target TEXT NOT NULL, context TEXT NOT NULL, reason TEXT NOT NULL,
            status TEXT NOT NULL, stored {integer} NOT NULL, gone {integer} NOT NULL,
            created_at {real} NOT NULL, expires_at {real} NOT NULL,
            form TEXT NOT NULL, held TEXT NOT NULL, sent TEXT NOT NULL,
            extra TEXT NOT NULL,
            PRIMARY KEY (thread_id, credential, session_id, key)
        )"""),
        """CREATE INDEX interactions_by_request ON interactions
            (credential, session_id, thread_id, request_digest)""",
        """CREATE INDEX interactions_by_parent ON interactions
            (credential, session_id, thread_id, parent_id)""",
        in_dialects("""CREATE TABLE ledger (
            number {row_number},
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            key TEXT NOT NULL, target TEXT NOT NULL, reason TEXT NOT NULL,
            status TEXT NOT NULL, created_at {real} NOT NULL,
            attempts {integer} NOT NULL, maybe_billed {integer} NOT NULL,
            recovered TEXT NOT NULL,
            steps_sent {integer} NOT NULL, bytes_sent {integer} NOT NULL,
            replay_steps {integer} NOT NULL, replay_bytes {integer} NOT NULL,
            input_tokens {integer} NOT NULL, cached_tokens {integer} NOT NULL,
            output_tokens {integer} NOT NULL, thought_tokens {integer} NOT NULL,
            tool_use_tokens {integer} NOT NULL, total_tokens {integer} NOT NULL
        )"""),
        "CREATE INDEX ledger_by_thread ON ledger (thread_id)",
        in_dialects("""CREATE TABLE retention (
            credential TEXT PRIMARY KEY, seconds {real} NOT NULL
        ) {by_key}"""),
    ),
    (
        "ALTER TABLE interactions ADD COLUMN call_digest TEXT NOT NULL DEFAULT ''",
        # What was recorded before is owed to nobody.
        in_dialects(
            "ALTER TABLE interactions ADD COLUMN owed {integer} NOT NULL DEFAULT 0"
        ),
        "ALTER TABLE interactions ADD COLUMN holder TEXT NOT NULL DEFAULT ''",
    ),
)

SELECT_BIRTH_BYTES: Final = "SELECT value FROM session_meta WHERE name = 'secret'"

INSERT_BYTES: Final = (
    "INSERT INTO session_meta (name, value) VALUES ('secret', $1) "
    "ON CONFLICT DO NOTHING"
)

SCOPE: Final = "credential = $1 AND session_id = $2 AND thread_id = $3"
"""Whose row it is; further values begin with `$4`."""


def scope_row(scope: Scope) -> tuple[str, str, str]:
    """Return the columns of a scope."""
    return (scope.credential, scope.session_id, scope.thread_id)


def as_json(value: object) -> str:
    """Write a value for a column of text."""
    # ASCII, because SQLite refuses text with a lone surrogate.
    return _encoder.encode(value)


def as_list(keys: Iterable[str]) -> str:
    """Write texts as `{texts}` takes them; what no store can keep is left out."""
    return json.dumps([key for key in keys if is_keepable(key) and "\0" not in key])


_encoder: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)
