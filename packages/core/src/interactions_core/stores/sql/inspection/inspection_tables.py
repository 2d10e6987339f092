"""What a SQL database tells whoever looks inside, for the stores that have one."""

import math
from collections.abc import Sequence
from dataclasses import replace

from interactions_core.protocol.retention import Birth, expire
from interactions_core.records.conversations import (
    Content,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Position,
    Recorded,
    Sort,
)
from interactions_core.records.inspection.conversation_drafts import Node
from interactions_core.records.inspection.conversation_turns import (
    group_with,
    part_of,
    put_together,
)
from interactions_core.records.interactions import InteractionRecord, LedgerEntry, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.stores.listing import choose_conversations
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.broken_rows import row_of
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.inspection import (
    conversation_rows,
    inspection_rows,
    loose_rows,
)
from interactions_core.stores.sql.inspection.inspection_lists import (
    SqlSource,
    read_labels,
    read_loose,
)
from interactions_core.stores.sql.interactions import record_rows
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.spending.charge_tables import read_entries


class SqlInspectionMixin:
    """The methods for whoever looks inside a store over its own `database`."""

    database: SqlDatabase
    url: str

    def list_conversations(
        self,
        where: ConversationFilter | None = None,
        *,
        after: Position | None = None,
        limit: int | None = None,
        sort: Sort = "last",
        count_known: bool = True,
    ) -> ConversationList:
        """List conversations with their sums."""
        with self.database.surveying() as db:
            return choose_conversations(
                SqlSource(db), where, after, limit, sort=sort, count_known=count_known
            )

    def records(
        self,
        conversation: ConversationId,
        *,
        after: str = "",
        limit: int | None = None,
    ) -> list[Recorded]:
        """Return the interactions of a conversation without content, oldest first."""
        scope = conversation.scope
        with self.database.surveying() as db:
            if scope.thread_id and not after and limit is None:
                found = _page(db, scope, after, limit)
                return _describe_all(db, scope, found) if found else []
            if scope.thread_id:
                found = _page(db, scope, after, limit)
            else:
                found = _loose_page(db, conversation, after, limit)
            return _describe(db, scope, after, found) if found else []

    def conversation_of(self, scope: Scope, key: str) -> ConversationId | None:
        """Say which conversation an interaction belongs to."""
        with self.database.surveying() as db:
            if scope.thread_id:
                name = (*rows.scope_row(scope), key)
                is_known = (
                    db.execute(record_rows.FIND_RECORD, name).fetchone() is not None
                )
                return ConversationId(scope) if is_known else None
            group = group_with(key, _near(db, scope, key))
        return ConversationId(scope, group[0].key) if group else None

    def contents(self, scope: Scope, keys: Sequence[str]) -> dict[str, Content]:
        """Return what was said in these turns."""
        values = (rows.as_list(keys), *rows.scope_row(scope))
        with self.database.surveying() as db:
            found = db.execute(conversation_rows.CONTENTS, values).fetchall()
        return dict(map(self._content, found))

    def _content(self, row: Sequence[object]) -> tuple[str, Content]:
        with row_of(self.url, str(row[0])):
            return conversation_rows.content_from_row(row)


def _page(
    db: SqlConnection, scope: Scope, after: str, limit: int | None
) -> list[InteractionRecord]:
    """Read a part of a thread."""
    values: tuple[object, ...] = rows.scope_row(scope)
    if after:
        query = conversation_rows.RECORDED_AT
        found = db.execute(query, (*values, after)).fetchone()
        if found is None:
            return []
        values = (*values, found[0], after)
    query = conversation_rows.list_records(is_behind=bool(after), limit=limit)
    return _expiring(db, scope, db.execute(query, values).fetchall())


def _loose_page(
    db: SqlConnection, conversation: ConversationId, after: str, limit: int | None
) -> list[InteractionRecord]:
    """Read a part of a conversation that is in no thread."""
    scope = conversation.scope
    group = group_with(conversation.root, _near(db, scope, conversation.root))
    keys = part_of([node.key for node in group], after, limit)
    values = (rows.as_list(keys), *rows.scope_row(scope))
    found = db.execute(conversation_rows.THESE_RECORDS, values).fetchall()
    return _expiring(db, scope, found)


def _near(db: SqlConnection, scope: Scope, key: str) -> list[Node]:
    """Read what an interaction without a thread may be in a conversation with."""
    whose = {"credential": scope.credential, "session_id": scope.session_id}
    # A store of an older release that is only read has no index for it.
    if db.execute(loose_rows.HAS_INDEX).fetchone() is None:
        return read_loose(db, **whose)
    found = db.execute(loose_rows.NEAR, (*whose.values(), key)).fetchall()
    return inspection_rows.nodes_from_rows(found)


def _expiring(
    db: SqlConnection,
    scope: Scope,
    # Databases hand out untyped rows.
    found: Sequence[Sequence[object]],
) -> list[InteractionRecord]:
    """Read records, and when they expire by what was learned."""
    records = [record_rows.record_from_row(row) for row in found]
    seconds = record_rows.learned_from_row(found[0]) if found else None
    if seconds is None:
        return records
    span = (*rows.scope_row(scope), records[0].created_at, records[-1].created_at)
    lines = db.execute(conversation_rows.BIRTHS_BETWEEN, span).fetchall()
    limits = expire({key: Birth(*birth) for key, *birth in lines}, seconds)
    return [
        replace(each, learned_expires_at=limits.get(each.key, math.inf))
        for each in records
    ]


def _describe_all(
    db: SqlConnection, scope: Scope, records: list[InteractionRecord]
) -> list[Recorded]:
    """Read what belongs to all records of a scope.

    By the scope: looked up by thousands of keys, it takes a planner with statistics.
    """
    own = rows.scope_row(scope)
    found = db.execute(conversation_rows.JOBS_OF_ALL, own).fetchall()
    jobs = map(job_rows.job_from_row, found)
    return put_together(
        records,
        before="",
        known={record.key for record in records},
        entries=_by_key(read_entries(db, conversation_rows.OF_ALL, own)),
        labels=read_labels(db, scope),
        jobs={job.interaction_id: job for job in jobs},
    )


def _describe(
    db: SqlConnection, scope: Scope, before: str, records: list[InteractionRecord]
) -> list[Recorded]:
    """Read what belongs to these records."""
    keys = [record.key for record in records]
    named = {name for r in records for name in (r.parent_id, r.base_key) if name}
    return put_together(
        records,
        before=before,
        known=_known(db, scope, [*named]),
        entries=_entries(db, scope, keys),
        labels=read_labels(db, scope, keys),
        jobs=_jobs(db, scope, keys),
    )


def _known(db: SqlConnection, scope: Scope, keys: Sequence[str]) -> set[str]:
    values = (rows.as_list(keys), *rows.scope_row(scope))
    found = db.execute(conversation_rows.KNOWN, values).fetchall()
    return {key for (key,) in found}


def _entries(
    db: SqlConnection, scope: Scope, keys: Sequence[str]
) -> dict[str, list[LedgerEntry]]:
    values = (rows.as_list(keys), *rows.scope_row(scope))
    return _by_key(read_entries(db, conversation_rows.OF_THESE, values))


def _by_key(
    found: Sequence[tuple[Scope, LedgerEntry]],
) -> dict[str, list[LedgerEntry]]:
    entries: dict[str, list[LedgerEntry]] = {}
    for _, entry in found:
        entries.setdefault(entry.key, []).append(entry)
    return entries


def _jobs(db: SqlConnection, scope: Scope, keys: Sequence[str]) -> dict[str, Job]:
    values = (rows.as_list(keys), *rows.scope_row(scope))
    found = db.execute(conversation_rows.JOBS_OF, values).fetchall()
    jobs = map(job_rows.job_from_row, found)
    return {job.interaction_id: job for job in jobs}
