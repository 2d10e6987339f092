"""The table of what became of jobs, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. What
that release changes leaves no words here, and what it deletes leaves its rows, which go
with the next `clean_jobs`. A row holds no content, and no name but that of a process.

The words of a change are written before it, in its transaction, by a statement that
reads the row as it is. Nothing is read first, so that a turn takes no more trips.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

from interactions_core.records.jobs.job import INTENT, LEASE_S, UNFINISHED
from interactions_core.records.jobs.job_events import JobEvent, What
from interactions_core.stores.sql.cleaning import BATCH
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "job_events"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE job_events (
            job TEXT NOT NULL, number {integer} NOT NULL,
            at {real} NOT NULL, what TEXT NOT NULL, owner TEXT NOT NULL,
            PRIMARY KEY (job, number)
        ) {by_key}"""),
    ),
)

_COLUMNS: Final = "job, number, at, what, owner"

ADD: Final = f"INSERT INTO job_events ({_COLUMNS}) VALUES ({placeholders(5)})"

LIST: Final = """SELECT job, at, what, owner FROM job_events
WHERE job IN ({}) ORDER BY job, number"""
"""With placeholders for the keys."""

DELETE: Final = "DELETE FROM job_events WHERE job = $1"

DELETE_THREAD: Final = """DELETE FROM job_events
WHERE job IN (SELECT key FROM jobs WHERE thread_id = $1)"""

LEFT_OVER: Final = f"""SELECT DISTINCT job FROM job_events
WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE key = job) LIMIT {BATCH}"""
"""Some of the jobs that an older release has deleted, without their history."""

_UNFINISHED: Final = ", ".join(f"'{status}'" for status in UNFINISHED)


def note_change(
    where: str,
    *,
    at: str,
    status: str = "status",
    interaction_id: str = "interaction_id",
    owner: str = "owner",
    lease_until: str = "lease_until",
    handed_on_at: str = "handed_on_at",
    consumed_at: str = "consumed_at",
) -> str:
    """Write `job_events.events_between` as a statement, for a change of one row.

    Args:
        where: Which row is changed, and under which condition.
        at: When.
        status: What the column is then, as SQL of the row as it is.
        interaction_id: As above, and so are the others.
        owner: As above.
        lease_until: As above.
        handed_on_at: As above.
        consumed_at: As above.
    """
    # SQL of constants of this package; every value is bound.
    return f"""WITH changed AS (
    SELECT key, status, interaction_id, owner, lease_until > 0 AS was_held,
    CASE WHEN lease_until - {LEASE_S} < {at} THEN lease_until - {LEASE_S} ELSE {at} END
    AS seen_at,
    handed_on_at + consumed_at > 0 AS was_done,
    {status} AS new_status, {interaction_id} AS new_id, {owner} AS new_owner,
    {lease_until} > 0 AS held, {handed_on_at} + {consumed_at} > 0 AS done
    FROM jobs WHERE {where}
), told AS (
    SELECT 1 AS place, 'last seen' AS what FROM changed
    WHERE held AND was_held AND owner <> new_owner
    UNION ALL SELECT 2, 'acquired' FROM changed
    WHERE held AND NOT (was_held AND owner = new_owner)
    UNION ALL SELECT 3, 'intent' FROM changed
    WHERE new_status = '{INTENT}' AND status <> '{INTENT}'
    UNION ALL SELECT 4, 'submitted' FROM changed
    WHERE new_id <> '' AND new_id <> interaction_id
    UNION ALL SELECT 5, 'ended' FROM changed
    WHERE status IN ({_UNFINISHED}) AND NOT (new_status IN ({_UNFINISHED}))
    UNION ALL SELECT 6, 'handed on' FROM changed WHERE done AND NOT was_done
    UNION ALL SELECT 7, 'released' FROM changed WHERE was_held AND NOT held
)
INSERT INTO job_events ({_COLUMNS})
SELECT key, place + (
    SELECT COALESCE(MAX(number), 0) FROM job_events WHERE job = key
), CASE what WHEN 'last seen' THEN seen_at ELSE {at} END, what,
CASE WHEN what = 'last seen' THEN owner WHEN held THEN new_owner
WHEN was_held THEN owner ELSE '' END
FROM changed CROSS JOIN told"""


def event_rows(key: str, events: Sequence[JobEvent]) -> list[tuple[object, ...]]:
    """Return the values of `ADD` for the first events of a job."""
    return [
        (key, number, each.at, each.what, each.owner)
        for number, each in enumerate(events, 1)
    ]


# Databases hand out untyped rows.
def events_from_rows(found: Sequence[Sequence[Any]]) -> dict[str, list[JobEvent]]:
    """Read the rows of `LIST`."""
    events: dict[str, list[JobEvent]] = {}
    for job, at, what, owner in found:
        # Only such words were written.
        events.setdefault(job, []).append(JobEvent(at, cast("What", what), owner))
    return events
