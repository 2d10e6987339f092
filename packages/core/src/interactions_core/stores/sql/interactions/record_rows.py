"""The records of interactions: SQL and conversions only."""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.interactions import (
    InteractionRecord,
    ReplyForm,
    Scope,
)
from interactions_core.stores.sql.interactions.ledger_rows import usage_row
from interactions_core.stores.sql.rows import SCOPE, as_json, scope_row
from interactions_core.stores.sql.statements import in_dialects, placeholders
from interactions_core.usage import Usage

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

FIND_BIRTHS: Final = f"""WITH RECURSIVE line (key, parent_id, created_at) AS (
    SELECT key, parent_id, created_at FROM interactions WHERE {{where}}
    UNION
    SELECT older.key, older.parent_id, older.created_at
    FROM line JOIN interactions AS older ON older.key = line.parent_id
    WHERE {SCOPE}
)
SELECT key, parent_id, created_at FROM line"""
"""The interactions of `where`, and all that they continue."""


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
        as_json(_form_json(record.form)),
        as_json(record.held),
        as_json(record.sent),
        as_json(_extra_json(record)),
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
        setup_marks=tuple(extra.get("setup", ())),
        usage=Usage(*extra["usage"]),
        children=row[21],
        call_digest=bytes.fromhex(row[22]),
        owed=row[23],
        holder=row[24],
    )


def learned_from_row(row: Sequence[Any]) -> float | None:
    """Read how long the server keeps, as was learned, of a row of `SELECT`."""
    return row[25]


def _extra_json(record: InteractionRecord) -> dict[str, object]:
    returned = record.returned
    # Not a column: releases that know none would refuse, or leave out, one.
    made_by = {"made_by": record.made_by} if record.made_by else {}
    setup = {"setup": record.setup_marks} if record.setup_marks else {}
    return {
        **made_by,
        **setup,
        "context_steps": record.context_steps,
        "context_bytes": record.context_bytes,
        "synthetic": record.synthetic,
        "returned": None if returned is None else [mark.hex() for mark in returned],
        "noted": [mark.hex() for mark in record.noted],
        "local_results": record.local_results,
        "usage": usage_row(record.usage),
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
