"""The table of what jobs of graphs were asked for, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. It
deletes jobs and leaves their rows here, which go when their time is over.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.jobs.job import Job
from interactions_core.records.questions import Question
from interactions_core.records.turn import GraphPosition
from interactions_core.stores.sql.cleaning import out_of_date
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "questions"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE questions (
            job TEXT NOT NULL PRIMARY KEY, task TEXT NOT NULL,
            run TEXT NOT NULL, question TEXT NOT NULL, number {integer} NOT NULL,
            list TEXT NOT NULL, list_number {integer} NOT NULL,
            fixed TEXT NOT NULL, marks TEXT NOT NULL,
            kept_until DOUBLE PRECISION NOT NULL
        ) {by_key}"""),
        "CREATE INDEX questions_by_task ON questions (task)",
        "CREATE INDEX questions_by_end ON questions (kept_until)",
    ),
)

COLUMNS: Final = "run, question, number, list, list_number, fixed, marks"

KEEP: Final = f"""INSERT INTO questions (job, task, {COLUMNS}, kept_until)
VALUES ({placeholders(10)}) ON CONFLICT (job) DO UPDATE SET
task = excluded.task, run = excluded.run, question = excluded.question,
number = excluded.number, list = excluded.list, list_number = excluded.list_number,
fixed = excluded.fixed, marks = excluded.marks"""

DELETE: Final = "DELETE FROM questions WHERE job = $1"

DELETE_THREAD: Final = """DELETE FROM questions
WHERE job IN (SELECT key FROM jobs WHERE thread_id = $1)"""

LEFT_OVER: Final = out_of_date("questions", key="job", time="kept_until")
"""What an older release has left of jobs that it deleted."""


def task_text(place: GraphPosition) -> str:
    """Name the task of a place."""
    return json.dumps(place.task, separators=(",", ":"))


def question_rows(job: Job) -> list[tuple[object, ...]]:
    """Return the values of `KEEP` for a job; none for one without a question."""
    asked = job.question
    if asked is None or job.place is None:
        return []
    row = (
        job.key,
        task_text(job.place),
        asked.run,
        asked.digest.hex(),
        asked.number,
        asked.list_digest.hex(),
        asked.list_number,
        asked.fixed.hex(),
        json.dumps(dict(asked.marks), separators=(",", ":")),
        job.forget_at,
    )
    return [row]


# Databases hand out untyped rows.
def question_from_row(row: Sequence[Any]) -> Question | None:
    """Read `COLUMNS`; `None` where there was no row, or where none was looked for."""
    if not row or row[0] is None:
        return None
    return Question(
        run=row[0],
        digest=bytes.fromhex(row[1]),
        number=row[2],
        list_digest=bytes.fromhex(row[3]),
        list_number=row[4],
        fixed=bytes.fromhex(row[5]),
        marks=json.loads(row[6]),
    )
