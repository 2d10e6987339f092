"""The table of background jobs and the rows in it, in SQL that databases share.

SQL and conversions only. Leases are taken by one conditional UPDATE, whose row count
decides.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

from interactions_core.canonical import JsonObject
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import ENDED, LOST, RUNNING, UNFINISHED, Job
from interactions_core.records.mirror import Mirror
from interactions_core.records.turn import GraphPosition
from interactions_core.stores.sql.cleaning import out_of_date
from interactions_core.stores.sql.jobs import (
    job_event_rows,
    job_look_rows,
    job_trace_rows,
    question_rows,
)
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "jobs"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE jobs (
            key TEXT NOT NULL PRIMARY KEY,
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            call_digest TEXT NOT NULL, place TEXT NOT NULL, target TEXT NOT NULL,
            status TEXT NOT NULL, interaction_id TEXT NOT NULL,
            owner TEXT NOT NULL, lease_until DOUBLE PRECISION NOT NULL,
            attempts {integer} NOT NULL, interrupts {integer} NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            deadline_at DOUBLE PRECISION NOT NULL,
            updated_at DOUBLE PRECISION NOT NULL,
            handed_on_at DOUBLE PRECISION NOT NULL,
            consumed_at DOUBLE PRECISION NOT NULL,
            forget_at DOUBLE PRECISION NOT NULL,
            plan TEXT NOT NULL, result TEXT NOT NULL
        )"""),
        "CREATE INDEX jobs_by_call ON jobs (call_digest, consumed_at)",
        "CREATE INDEX jobs_by_thread ON jobs (thread_id)",
        "CREATE INDEX jobs_by_interaction ON jobs (interaction_id)",
        "CREATE INDEX jobs_by_end ON jobs (forget_at)",
    ),
)

_SHOWN = (
    "key, credential, session_id, thread_id, call_digest, place, target, status, "
    "interaction_id, owner, lease_until, attempts, interrupts, created_at, "
    "deadline_at, updated_at, handed_on_at, consumed_at, forget_at"
)

ADD: Final = f"INSERT INTO jobs ({_SHOWN}, plan, result) VALUES ({placeholders(21)})"

_LOOKS = job_look_rows.TABLE
_TRACES = job_trace_rows.TABLE

_WHOLE = f"""SELECT {_SHOWN}, plan, result, {_TRACES.shown},
{_LOOKS.shown}, {question_rows.COLUMNS}
FROM jobs LEFT JOIN questions ON questions.job = key{_TRACES.join}
{_LOOKS.join}"""

GET: Final = f"{_WHOLE} WHERE key = $1"

_OF_SCOPE = """consumed_at = 0
AND credential = $1 AND session_id = $2 AND thread_id = $3"""

FIND: Final = (
    f"{_WHOLE} WHERE {_OF_SCOPE} AND call_digest = $4 ORDER BY created_at, key"
)

# Each part of the union goes by its own index.
FIND_NEAR: Final = f"""{_WHOLE} WHERE {_OF_SCOPE} AND key IN (
    SELECT key FROM jobs WHERE call_digest = $4
    UNION ALL SELECT job FROM questions WHERE task = $5
) ORDER BY created_at, key"""

LIST: Final = f"SELECT {_SHOWN}, '{{}}', '{{}}' FROM jobs"
"""Without their traces and looks, too."""

LIST_LOOKED: Final = (
    f"SELECT {_SHOWN}, '{{}}', '{{}}', NULL, NULL, {_LOOKS.shown} "
    f"FROM jobs{_LOOKS.join}"
)
"""Without their traces."""

LIST_TRACED: Final = (
    f"SELECT {_SHOWN}, '{{}}', '{{}}', {_TRACES.shown}, "
    f"{_LOOKS.shown} FROM jobs{_TRACES.join}{_LOOKS.join}"
)

WAITING: Final = "interrupts > 0 AND handed_on_at = 0 AND consumed_at = 0"

_AS_SEEN = "key = $4 AND owner = $5 AND lease_until = $6 AND consumed_at = 0"

TAKE: Final = (
    "UPDATE jobs SET owner = $1, lease_until = $2, updated_at = $3 "
    f"WHERE {_AS_SEEN}"  # constants above
)

NOTE_TAKEN: Final = job_event_rows.note_change(
    _AS_SEEN, at="$3", owner="$1", lease_until="$2"
)

RENEW: Final = "UPDATE jobs SET lease_until = $1 WHERE key = $2 AND owner = $3"

NOTE_RENEWED: Final = job_event_rows.note_change(
    "key = $2 AND owner = $3", at="$4", lease_until="$1"
)


def _words(statuses: Sequence[str]) -> str:
    """Write statuses, which are constants of this package, as SQL."""
    return ", ".join(f"'{status}'" for status in statuses)


_TOLD_SINCE: Final = f"""interaction_id <> '' AND ($2 = '{LOST}' OR (
$2 IN ({_words(RUNNING)}) AND interaction_id = $3 AND status IN ({_words(ENDED)})))"""
"""`jobs.merge_webhook_status`, in SQL."""

_STATUS = f"CASE WHEN {_TOLD_SINCE} THEN status ELSE $2 END"
_INTERACTION_ID = f"CASE WHEN {_TOLD_SINCE} THEN interaction_id ELSE $3 END"

UPDATE: Final = f"""UPDATE jobs SET place = $1,
status = {_STATUS}, interaction_id = {_INTERACTION_ID},
lease_until = $4, attempts = $5, interrupts = $6, updated_at = $7, handed_on_at = $8,
consumed_at = $9, forget_at = $10, plan = $11, result = $12
WHERE key = $13 AND owner = $14"""

NOTE_UPDATED: Final = job_event_rows.note_change(
    "key = $1 AND owner = $5",
    at="$6",
    status=_STATUS,
    interaction_id=_INTERACTION_ID,
    lease_until="$4",
    handed_on_at="$7",
    consumed_at="$8",
)

MOVE: Final = """UPDATE jobs SET call_digest = $1, place = $2, interrupts = $3,
updated_at = $4 WHERE key = $5 AND owner = $6"""

_IS_NEWS = f"""key = $4 AND consumed_at = 0 AND interaction_id IN ('', $2)
AND status <> $1 AND (status IN ({_words(UNFINISHED)}))"""

NOTE: Final = f"""UPDATE jobs SET status = $1, interaction_id = $2, updated_at = $3
WHERE {_IS_NEWS}"""

NOTE_TOLD: Final = job_event_rows.note_change(
    _IS_NEWS, at="$3", status="$1", interaction_id="$2"
)

OVER: Final = out_of_date(
    "jobs",
    key="key",
    time="forget_at",
    also=(
        question_rows.DELETE,
        job_event_rows.DELETE,
        _TRACES.delete,
        _LOOKS.delete,
    ),
)

DELETE: Final = "DELETE FROM jobs WHERE key = $1"

DELETE_THREAD: Final = "DELETE FROM jobs WHERE thread_id = $1"


def job_row(job: Job, mirror: Mirror) -> tuple[object, ...]:
    """Return the row of a new job."""
    return (
        job.key,
        *astuple(job.scope),
        job.call_digest.hex(),
        _place_text(job.place),
        job.target,
        job.status,
        job.interaction_id,
        job.owner,
        job.lease_until,
        job.attempts,
        job.interrupts,
        job.created_at,
        job.deadline_at,
        job.updated_at,
        job.handed_on_at,
        job.consumed_at,
        job.forget_at,
        *_content(job, mirror),
    )


def update_row(job: Job, mirror: Mirror) -> tuple[object, ...]:
    """Return the values of `UPDATE`."""
    return (
        _place_text(job.place),
        job.status,
        job.interaction_id,
        job.lease_until,
        job.attempts,
        job.interrupts,
        job.updated_at,
        job.handed_on_at,
        job.consumed_at,
        job.forget_at,
        *_content(job, mirror),
        job.key,
        job.owner,
    )


def updated_row(job: Job) -> tuple[object, ...]:
    """Return the values of `NOTE_UPDATED`."""
    return (
        job.key,
        job.status,
        job.interaction_id,
        job.lease_until,
        job.owner,
        job.updated_at,
        job.handed_on_at,
        job.consumed_at,
    )


def move_row(job: Job) -> tuple[object, ...]:
    """Return the values of `MOVE`."""
    return (
        job.call_digest.hex(),
        _place_text(job.place),
        job.interrupts,
        job.updated_at,
        job.key,
        job.owner,
    )


# Databases hand out untyped rows.
def job_from_row(row: Sequence[Any]) -> Job:
    """Read a row of `GET`, `FIND`, `LIST`, `LIST_LOOKED` or `LIST_TRACED`."""
    return Job(
        key=row[0],
        scope=Scope(row[1], row[2], row[3]),
        call_digest=bytes.fromhex(row[4]),
        place=GraphPosition(*json.loads(row[5])) if row[5] else None,
        target=row[6],
        status=row[7],
        interaction_id=row[8],
        owner=row[9],
        lease_until=row[10],
        attempts=row[11],
        interrupts=row[12],
        created_at=row[13],
        deadline_at=row[14],
        updated_at=row[15],
        handed_on_at=row[16],
        consumed_at=row[17],
        forget_at=row[18],
        plan=json.loads(row[19]),
        result=json.loads(row[20]),
        trace=job_trace_rows.trace_from_row(row[21:23]),
        look=job_look_rows.look_from_row(row[23:26]),
        question=question_rows.question_from_row(row[26:]),
    )


def without_content(value: JsonObject) -> JsonObject:
    """Return what a store without content may keep of a plan or a result."""
    return {key: item for key, item in value.items() if key not in {"steps", "input"}}


def _content(job: Job, mirror: Mirror) -> tuple[str, str]:
    if mirror == "full":
        return _dump(job.plan), _dump(job.result)
    # A result without steps would be taken for an empty answer: it is read again.
    return _dump(without_content(job.plan)), "{}"


def _place_text(place: GraphPosition | None) -> str:
    return _dump(astuple(place)) if place is not None else ""


def _dump(value: object) -> str:
    # ASCII, because databases refuse text with a lone surrogate.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, default=dict)
