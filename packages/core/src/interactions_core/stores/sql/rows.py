"""The tables of the session store and the rows in them.

SQL and conversions only; `store` decides when they run.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
    StoredInteraction,
)
from interactions_core.stores.sql.statements import (
    Dialects,
    in_dialects,
    placeholders,
    where,
)
from interactions_core.usage import Usage

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

_COLUMNS = (
    "credential, session_id, thread_id, key, request_digest, parent_id, base_key, "
    "context_digest, setup, target, context, reason, status, stored, gone, "
    "created_at, expires_at, form, held, sent, extra"
)

_OWED = "call_digest, owed, holder"
"""Columns that are not copied with a thread: an answer is owed to one of the two."""

_CHILDREN_AND_OWED: Final = f"""(
    SELECT count(*) FROM interactions AS child
    WHERE child.credential = interactions.credential
    AND child.session_id = interactions.session_id
    AND child.thread_id = interactions.thread_id
    AND child.parent_id = interactions.key
), {_OWED}, (
    SELECT seconds FROM retention
    WHERE retention.credential = interactions.credential
) FROM interactions"""

SELECT: Final = f"SELECT {_COLUMNS}, {_CHILDREN_AND_OWED}"

_NOTHING_SAID: Final = _COLUMNS.replace("held, sent", "'[]', '[]'")

WITHOUT_CONTENT: Final = f"SELECT {_NOTHING_SAID}, {_CHILDREN_AND_OWED}"
"""The same with nothing in place of what was sent and answered."""

_WRITTEN = f"{_COLUMNS}, {_OWED}"

_SET = ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN.split(", ")[4:])

UPSERT: Final = (
    f"INSERT INTO interactions ({_WRITTEN}) VALUES ({placeholders(24)}) "
    f"ON CONFLICT (credential, session_id, thread_id, key) DO UPDATE SET {_SET}"
)

COPY_THREAD: Final = (
    f"INSERT INTO interactions ({_COLUMNS}) SELECT "  # constants above
    f"{_COLUMNS.replace('thread_id', '$1', 1)} FROM interactions WHERE thread_id = $2 "
    "ON CONFLICT DO NOTHING"
)


def is_shared(key: str) -> str:
    """Write whether another thread, than `$1`, rests on the interaction of a row."""
    return f"""(EXISTS (
    SELECT 1 FROM interactions AS other WHERE other.credential = own.credential
    AND other.key = own.{key} AND other.thread_id <> $1
) OR EXISTS (
    SELECT 1 FROM interactions AS other WHERE other.credential = own.credential
    AND other.parent_id = own.{key} AND other.thread_id <> $1
))"""


HELD_BY: Final = f"""SELECT credential, session_id, thread_id, key, parent_id,
    {is_shared("key")}, created_at, extra
FROM interactions AS own WHERE thread_id = $1 AND stored = 1 ORDER BY created_at"""

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

SCOPE: Final = "credential = $1 AND session_id = $2 AND thread_id = $3"
"""Whose row it is; further values begin with `$4`."""

MARK_GONE: Final = f"""UPDATE interactions SET gone = 1
WHERE {SCOPE} AND gone = 0 AND key IN (
    WITH RECURSIVE line (key) AS (
        SELECT CAST($4 AS TEXT)
        UNION
        SELECT child.key
        FROM interactions AS child JOIN line ON child.parent_id = line.key
        WHERE child.credential = $1 AND child.session_id = $2
        AND child.thread_id = $3
    )
    SELECT key FROM line
)"""

FIND_RECORD: Final = f"SELECT 1 FROM interactions WHERE {SCOPE} AND key = $4"

# Not while another transaction changes the record, which may be deleting a thread.
HANDED_ON: Final = in_dialects(f"""UPDATE interactions SET owed = 0, holder = ''
WHERE {SCOPE} AND key = $4 AND key IN (
    SELECT key FROM interactions WHERE {SCOPE} AND key = $4 {{skip_locked}}
)""")

TAKE_OWED: Final = f"""UPDATE interactions SET owed = $5, holder = $6
WHERE {SCOPE} AND key = $4 AND owed = $7 AND holder = $8"""

UPSERT_RETENTION: Final = """INSERT INTO retention (credential, seconds) VALUES ($1, $2)
ON CONFLICT (credential) DO UPDATE SET seconds = excluded.seconds
WHERE excluded.seconds < retention.seconds"""

FIND_BIRTHS: Final = f"""WITH RECURSIVE line (key, parent_id, created_at) AS (
    SELECT key, parent_id, created_at FROM interactions WHERE {{where}}
    UNION
    SELECT older.key, older.parent_id, older.created_at
    FROM line JOIN interactions AS older ON older.key = line.parent_id
    WHERE {SCOPE}
)
SELECT key, parent_id, created_at FROM line"""
"""The interactions of `where`, and all that they continue."""

_SUMS: Final = """SELECT sum(input_tokens), sum(cached_tokens), sum(output_tokens),
sum(thought_tokens), sum(tool_use_tokens), sum(total_tokens) FROM ledger"""


def sum_ledger(*names: str) -> str:
    """Write the query of what was used; the values of these columns are given."""
    return _SUMS + where(names)


def list_ledger(where: str) -> str:
    """Write the query of the ledger; behind the columns of an entry its number."""
    return f"SELECT {_ENTRY}, number FROM ledger{where} ORDER BY number"


def scope_row(scope: Scope) -> tuple[str, str, str]:
    """Return the columns of a scope."""
    return (scope.credential, scope.session_id, scope.thread_id)


def record_row(record: InteractionRecord) -> tuple[object, ...]:
    """Return the row of a record."""
    return (
        *scope_row(record.scope),
        record.key,
        record.request_digest,
        record.parent_id,
        record.base_key,
        record.context_digest,
        record.setup,
        record.target,
        record.context,
        record.reason,
        record.status,
        record.stored,
        record.gone,
        record.created_at,
        record.expires_at,
        _dump(_form_json(record.form)),
        _dump(record.held),
        _dump(record.sent),
        _dump(_extra_json(record)),
        record.call_digest.hex(),
        record.owed,
        record.holder,
    )


# Databases hand out untyped rows.
def record_from_row(row: Sequence[Any]) -> InteractionRecord:
    """Read a row of `SELECT`."""
    extra = json.loads(row[20])
    returned = extra.get("returned")
    return InteractionRecord(
        scope=Scope(row[0], row[1], row[2]),
        key=row[3],
        request_digest=bytes(row[4]),
        parent_id=row[5],
        base_key=row[6],
        context_digest=bytes(row[7]),
        setup=bytes(row[8]),
        target=row[9],
        context=row[10],
        reason=row[11],
        status=row[12],
        stored=bool(row[13]),
        gone=bool(row[14]),
        created_at=row[15],
        expires_at=row[16],
        form=_form(json.loads(row[17])),
        held=tuple(json.loads(row[18])),
        sent=tuple(json.loads(row[19])),
        context_steps=extra["context_steps"],
        context_bytes=extra["context_bytes"],
        synthetic=tuple(extra["synthetic"]),
        returned=None if returned is None else _bytes(returned),
        noted=_bytes(extra.get("noted", ())),
        local_results=tuple(extra["local_results"]),
        environment_id=extra.get("environment_id", ""),
        made_by=extra.get("made_by", ""),
        usage=Usage(*extra["usage"]),
        children=row[21],
        call_digest=bytes.fromhex(row[22]),
        owed=row[23],
        holder=row[24],
    )


def learned_from_row(row: Sequence[Any]) -> float | None:
    """Read how long the server keeps, as was learned, of a row of `SELECT`."""
    return row[25]


# As above.
def held_from_row(row: Sequence[Any]) -> StoredInteraction:
    """Read a row of `HELD_BY`."""
    return StoredInteraction(
        scope=Scope(*row[:3]),
        key=row[3],
        parent_id=row[4],
        is_shared=bool(row[5]),
        created_at=row[6],
        made_by=json.loads(row[7]).get("made_by", ""),
    )


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
        _dump(entry.recovered),
        entry.steps_sent,
        entry.bytes_sent,
        entry.replay_steps,
        entry.replay_bytes,
        *_usage_row(entry.usage),
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


def _usage_row(usage: Usage) -> tuple[int, ...]:
    return (
        usage.input_tokens,
        usage.cached_tokens,
        usage.output_tokens,
        usage.thought_tokens,
        usage.tool_use_tokens,
        usage.total_tokens,
    )


def _extra_json(record: InteractionRecord) -> dict[str, object]:
    returned = record.returned
    # Not a column: releases that know none would refuse, or leave out, one.
    made_by = {"made_by": record.made_by} if record.made_by else {}
    return {
        **made_by,
        "context_steps": record.context_steps,
        "context_bytes": record.context_bytes,
        "synthetic": record.synthetic,
        "returned": None if returned is None else [mark.hex() for mark in returned],
        "noted": [mark.hex() for mark in record.noted],
        "local_results": record.local_results,
        "usage": _usage_row(record.usage),
        "environment_id": record.environment_id,
    }


def _form_json(form: ReplyForm) -> dict[str, object]:
    return {
        "marks": [mark.hex() for mark in form.marks],
        "calls": [mark.hex() for mark in form.calls],
        "call_ids": form.call_ids,
        "chars": form.text_chars,
        "sha256": form.text_sha256,
        "only_text": form.only_text,
    }


def _form(value: dict[str, Any]) -> ReplyForm:
    return ReplyForm(
        marks=_bytes(value["marks"]),
        calls=_bytes(value["calls"]),
        call_ids=tuple(value["call_ids"]),
        text_chars=value["chars"],
        text_sha256=value["sha256"],
        only_text=value["only_text"],
    )


def _bytes(values: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(value) for value in values)


def _dump(value: object) -> str:
    # ASCII, because SQLite refuses text with a lone surrogate.
    return _encoder.encode(value)


_encoder: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)
