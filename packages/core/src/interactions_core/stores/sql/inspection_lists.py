"""What is read of a SQL database for a list of its conversations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from interactions_core.protocol.retention import Birth, expire
from interactions_core.records.conversation_drafts import (
    Draft,
    Node,
    add_jobs,
    connect,
    draft_of,
)
from interactions_core.records.conversations import (
    ConversationFilter,
    ConversationId,
)
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import Scope
from interactions_core.records.labels import Label
from interactions_core.stores.listing import ByTarget, Newest
from interactions_core.stores.sql import (
    inspection_rows,
    job_rows,
    label_rows,
    rows,
)
from interactions_core.stores.sql.contracts import has_table
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.statements import given_names

_FEW: Final = 60
"""Threads of which each is summed up by itself, instead of all at once."""


class SqlSource:
    """What is read for a list of conversations, with one connection."""

    def __init__(self, db: SqlConnection) -> None:
        self._db = db
        self._is_charged = has_table(db, "charges")
        self._owners: dict[tuple[Scope, str], ConversationId] = {}

    def drafts(self, where: ConversationFilter) -> list[Draft]:
        """Return the conversations of a session and thread."""
        reason, session, thread = where.reason, where.session_id, where.thread_id
        names = given_names(session_id=session, thread_id=thread)
        query = inspection_rows.list_threads([*names])
        found = self._db.execute(query, (reason or "", *names.values())).fetchall()
        threads = [inspection_rows.draft_from_row(row) for row in found]
        own = given_names(session_id=session)
        groups = connect([] if thread else read_loose(self._db, **own))
        loose = [draft_of(group, reason=reason) for group in groups]
        self._owners = {(d.id.scope, key): d.id for d in loose for key in d.keys}
        query = inspection_rows.list_jobs([*names])
        jobs = self._db.execute(query, (*names.values(),)).fetchall()
        return add_jobs((*threads, *loose), map(job_rows.job_from_row, jobs))

    def having(self, keys: Sequence[str]) -> set[ConversationId]:
        """Return the conversations that have one of these interactions."""
        if not keys:
            return set()
        wanted = {*keys}
        values = (inspection_rows.as_list(keys),)
        found = self._db.execute(inspection_rows.HAVING, values).fetchall()
        return {
            *(ConversationId(Scope(*row)) for row in found),
            *(name for (_, key), name in self._owners.items() if key in wanted),
        }

    def costs(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, ByTarget]:
        """Return what these took and cost."""
        found: dict[ConversationId, dict[str, Costs]] = {}
        named = {draft.id for draft in drafts}
        for name, target, each in (
            *self._thread_costs([d.id for d in drafts if d.id.scope.thread_id]),
            *self._loose_costs([key for d in drafts for key in d.keys]),
            *self._unanswered(),
        ):
            if name in named:
                of_target = found.setdefault(name, {})
                of_target[target] = of_target.get(target, Costs()) + each
        return found

    def whole_costs(self, drafts: Sequence[Draft]) -> Costs:
        """Return what all conversations took and cost."""
        [(_, whole)] = self._sums(inspection_rows.WHOLE_COSTS)
        named = {draft.id for draft in drafts}
        lost = (each for name, _, each in self._unanswered() if name in named)
        return sum(lost, whole)

    def newest(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Newest]:
        """Return the newest interaction of each that has one."""
        threads = [d for d in drafts if d.id.scope.thread_id and d.records]
        loose = {d.keys[-1]: None for d in drafts if d.keys}
        found = self._newest_of(threads)
        if loose:
            values = (inspection_rows.as_list(loose),)
            read = self._db.execute(inspection_rows.NEWEST_LOOSE, values)
            found += map(inspection_rows.newest_from_row, read.fetchall())
        newest: dict[ConversationId, Newest] = {}
        named = {draft.id for draft in drafts}
        for scope, each in sorted(found, key=lambda pair: pair[1].key):
            # Of what was recorded at the same time, the last by its key.
            name = self._owners.get((scope, each.key), ConversationId(scope))
            if name in named:
                newest[name] = each
        return self._with_learned(newest)

    def labels(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Label]:
        """Return what the newest turn says that says anything of who asks."""
        if not has_table(self._db, "labels"):
            return {}
        found = {draft.id: self._label(draft) for draft in drafts}
        return {name: label for name, label in found.items() if label}

    def _label(self, draft: Draft) -> Label | None:
        scope = rows.scope_row(draft.id.scope)
        if draft.id.scope.thread_id:
            row = self._db.execute(label_rows.NEWEST, scope).fetchone()
            return Label(framework=row[0], name=row[1]) if row else None
        labels = read_labels(self._db, draft.id.scope, draft.keys)
        return next(
            (labels[key] for key in reversed(draft.keys) if key in labels), None
        )

    def _thread_costs(
        self, names: Sequence[ConversationId]
    ) -> list[tuple[ConversationId, str, Costs]]:
        if len(names) > _FEW:
            return [
                (ConversationId(Scope(*whose)), target, costs)
                for (*whose, target), costs in self._sums(inspection_rows.THREAD_COSTS)
            ]
        return [
            (name, target, costs)
            for name in names
            for (target,), costs in self._sums(
                inspection_rows.COSTS_OF, rows.scope_row(name.scope)
            )
        ]

    def _loose_costs(
        self, keys: Sequence[str]
    ) -> list[tuple[ConversationId, str, Costs]]:
        if not keys:
            return []
        found = self._sums(
            inspection_rows.LOOSE_COSTS, (inspection_rows.as_list(keys),)
        )
        return [
            (owner, target, costs)
            for (*whose, key, target), costs in found
            if (owner := self._owners.get((Scope(*whose), key)))
        ]

    def _sums(
        self, sums: inspection_rows.Sums, values: Sequence[object] = ()
    ) -> list[tuple[tuple[str, ...], Costs]]:
        ledger = self._db.execute(sums.ledger, values).fetchall()
        charges = (
            self._db.execute(sums.charges, values).fetchall()
            if self._is_charged
            else []
        )
        return inspection_rows.costs_from_rows(sums.width, ledger, charges)

    def _unanswered(self) -> list[tuple[ConversationId, str, Costs]]:
        if not self._is_charged:
            return []
        return [
            (ConversationId(Scope(*row[:3])), row[3], Costs(maybe_billed=int(row[4])))
            for row in self._db.execute(inspection_rows.UNANSWERED).fetchall()
        ]

    def _newest_of(self, threads: Sequence[Draft]) -> list[tuple[Scope, Newest]]:
        if len(threads) > _FEW:
            found = self._db.execute(inspection_rows.NEWEST).fetchall()
        else:
            found = [
                row
                for draft in threads
                for row in self._db.execute(
                    inspection_rows.NEWEST_OF,
                    (*rows.scope_row(draft.id.scope), draft.recorded_at),
                ).fetchall()
            ]
        return [inspection_rows.newest_from_row(row) for row in found]

    def _with_learned(
        self, newest: Mapping[ConversationId, Newest]
    ) -> dict[ConversationId, Newest]:
        """Let what was learned shorten what was expected."""
        learned = dict(self._db.execute(inspection_rows.RETENTIONS).fetchall())
        return {
            name: self._shortened(name.scope, each, learned[name.scope.credential])
            if name.scope.credential in learned and each.expires_at is not None
            else each
            for name, each in newest.items()
        }

    def _shortened(self, scope: Scope, newest: Newest, seconds: float) -> Newest:
        values = (*rows.scope_row(scope), newest.key)
        lines = self._db.execute(inspection_rows.BIRTHS, values).fetchall()
        limits = expire({key: Birth(*birth) for key, *birth in lines}, seconds)
        end = min(newest.expires_at or 0.0, limits.get(newest.key, math.inf))
        return replace(newest, expires_at=end)


def read_labels(
    db: SqlConnection, scope: Scope, keys: Sequence[str] | None = None
) -> dict[str, Label]:
    """Read who asked, by key, of these or of all of a scope.

    A store of an older release that is read has none.
    """
    if not has_table(db, "labels"):
        return {}
    own = rows.scope_row(scope)
    if keys is None:
        found = db.execute(label_rows.ALL, own).fetchall()
    else:
        values = (inspection_rows.as_list(keys), *own)
        found = db.execute(label_rows.THESE, values).fetchall() if keys else []
    return {key: Label(framework=by, name=name) for key, by, name in found}


def read_loose(db: SqlConnection, **names: str) -> list[Node]:
    """Read what is in no thread, and of which these columns are what is given."""
    query = inspection_rows.list_loose([*names])
    found = db.execute(query, (*names.values(),)).fetchall()
    return [inspection_rows.node_from_row(row) for row in found]
