"""What is read of a SQL database for a list of its conversations."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from interactions_core.protocol.retention import Birth, expire
from interactions_core.records.conversations import ConversationFilter, ConversationId
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_drafts import (
    Draft,
    Node,
    add_jobs,
    connect,
    draft_of,
)
from interactions_core.records.interactions import Scope
from interactions_core.records.labels import Label
from interactions_core.stores.listing import Amount, ByTarget, Newest
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.inspection import inspection_rows, inspection_sums
from interactions_core.stores.sql.inspection.inspection_costs import CostReader, are_few
from interactions_core.stores.sql.interactions import label_rows
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.statements import given_names


class SqlSource:
    """What is read for a list of conversations, with one connection."""

    def __init__(self, db: SqlConnection) -> None:
        self._db = db
        self._is_charged = has_table(db, "charges")
        self._is_labelled = has_table(db, "labels")
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
        has_looks = has_table(self._db, "job_looks")
        query = inspection_rows.list_jobs([*names], has_looks=has_looks)
        jobs = self._db.execute(query, (*names.values(),)).fetchall()
        return add_jobs((*threads, *loose), map(job_rows.job_from_row, jobs))

    def having(self, keys: Sequence[str]) -> set[ConversationId]:
        """Return the conversations that have one of these interactions."""
        if not keys:
            return set()
        wanted = {*keys}
        values = (rows.as_list(keys),)
        found = self._db.execute(inspection_rows.HAVING, values).fetchall()
        return {
            *(ConversationId(Scope(*row)) for row in found),
            *(name for (_, key), name in self._owners.items() if key in wanted),
        }

    def targets(
        self, drafts: Sequence[Draft]
    ) -> Mapping[ConversationId, Collection[str]]:
        """Return what turns of these asked."""
        found: dict[ConversationId, set[str]] = {draft.id: set() for draft in drafts}
        for name, target in self._named(inspection_sums.TARGETS):
            if name in found:
                found[name].add(target)
        return found

    def amounts(
        self, drafts: Sequence[Draft], of: Amount
    ) -> Mapping[ConversationId, int]:
        """Return what these come to."""
        found: dict[ConversationId, int] = {draft.id: 0 for draft in drafts}
        if of != "cost" or self._is_charged:
            for name, amount in self._named(inspection_sums.AMOUNTS[of]):
                if name in found:
                    found[name] += int(amount or 0)
        return found

    def costs(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, ByTarget]:
        """Return what these took and cost."""
        return self._cost_reader().costs(drafts)

    def total(self, drafts: Sequence[Draft], *, is_whole: bool) -> Costs:
        """Return what these took and cost together."""
        return self._cost_reader().total(drafts, is_whole=is_whole)

    def newest(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Newest]:
        """Return the newest interaction of each that has one."""
        threads = [d for d in drafts if d.id.scope.thread_id and d.records]
        loose = {d.keys[-1]: None for d in drafts if d.keys}
        found = self._newest_of(threads)
        if loose:
            values = (rows.as_list(loose),)
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
        if not self._is_labelled:
            return {}
        threads = [d.id.scope for d in drafts if d.id.scope.thread_id]
        found = dict(self._thread_labels(threads))
        keys = [key for draft in drafts for key in draft.keys]
        labels = self._loose_labels(keys) if keys else {}
        for draft in drafts:
            own = ((draft.id.scope, key) for key in reversed(draft.keys))
            newest = next((labels[each] for each in own if each in labels), None)
            if newest is not None:
                found[draft.id] = newest
        return found

    def _thread_labels(
        self, threads: Sequence[Scope]
    ) -> Iterator[tuple[ConversationId, Label]]:
        plain = [scope for scope in threads if inspection_rows.is_plain(scope)]
        if plain:
            values = (inspection_rows.as_scopes(plain),)
            found = self._db.execute(label_rows.NEWEST_OF, values).fetchall()
            for *whose, by, name in found:
                yield ConversationId(Scope(*whose)), Label(framework=by, name=name)
        for scope in {*threads}.difference(plain):
            own = rows.scope_row(scope)
            row = self._db.execute(label_rows.NEWEST, own).fetchone()
            if row:
                yield ConversationId(scope), Label(framework=row[0], name=row[1])

    def _loose_labels(self, keys: Sequence[str]) -> dict[tuple[Scope, str], Label]:
        values = (rows.as_list(keys),)
        return {
            (Scope(*whose), key): Label(framework=by, name=name)
            for *whose, key, by, name in self._db.execute(label_rows.LOOSE, values)
        }

    def _named(self, query: str) -> Iterator[tuple[ConversationId, Any]]:
        """Read a value for each thread and for what is in none, with its conversation."""
        for *whose, key, value in self._db.execute(query):
            scope = Scope(*whose)
            name = self._owners.get((scope, key)) if key else ConversationId(scope)
            if name is not None:
                yield name, value

    def _cost_reader(self) -> CostReader:
        return CostReader(self._db, self._is_charged, self._owners)

    def _newest_of(self, drafts: Sequence[Draft]) -> list[tuple[Scope, Newest]]:
        threads = [draft.id.scope for draft in drafts]
        if not threads:
            return []
        if are_few(threads):
            values = (inspection_rows.as_scopes(threads),)
            found = self._db.execute(inspection_rows.NEWEST_OF, values)
        else:
            found = self._db.execute(inspection_rows.NEWEST)
        return [inspection_rows.newest_from_row(row) for row in found.fetchall()]

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
        values = (rows.as_list(keys), *own)
        found = db.execute(label_rows.THESE, values).fetchall() if keys else []
    return {key: Label(framework=by, name=name) for key, by, name in found}


def read_loose(db: SqlConnection, **names: str) -> list[Node]:
    """Read what is in no thread, and of which these columns are what is given."""
    query = inspection_rows.list_loose([*names])
    found = db.execute(query, (*names.values(),)).fetchall()
    return inspection_rows.nodes_from_rows(found)
