"""Charges and costs in a SQL database, for the stores that have one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from interactions_core.records.charges import KINDS, NOT_PRICED, Pricing, Unanswered
from interactions_core.records.costs import (
    CostBy,
    CostReport,
    Costs,
    add_up,
    check_group,
    report,
)
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.records.names import check_names
from interactions_core.records.spending.settling import is_settlement
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.interactions import ledger_rows
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.spending import charge_rows, charge_sums
from interactions_core.stores.sql.statements import Statement, each_dialect, given_names


class SqlChargeMixin:
    """The methods about charges of a store over its own `database`."""

    database: SqlDatabase

    def ledger(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, LedgerEntry]]:
        """Return the ledger, oldest first."""
        return self._entries(given_names(session_id=session_id, thread_id=thread_id))

    def cost(
        self,
        by: CostBy = "model",
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        since: float | None = None,
        until: float | None = None,
        prices: Pricing | None = None,
    ) -> CostReport:
        """Add up what turns took and cost, in groups."""
        names = given_names(session_id=session_id, thread_id=thread_id)
        return self._costs([by], names, since, until, prices)[by]

    def costs(
        self, groups: Sequence[CostBy], *, session_id: str | None = None
    ) -> dict[CostBy, CostReport]:
        """Add up the same turns in groups of several kinds, read once."""
        return self._costs(groups, given_names(session_id=session_id))

    def _costs(
        self,
        groups: Sequence[CostBy],
        names: dict[str, str],
        since: float | None = None,
        until: float | None = None,
        prices: Pricing | None = None,
    ) -> dict[CostBy, CostReport]:
        for by in groups:
            check_group(by)
        check_names(**names)
        if prices is not None or not self._is_charged():
            entries = self._entries(names, since, until)
            lost = self._unanswered(names, since, until)
            return {by: add_up(by, entries, lost, prices) for by in groups}
        of_turns = _about("ledger", "created_at", names, since, until)
        of_lost = _about("unanswered", "noted_at", names, since, until)
        values = _values(names, since, until)
        with looking(self.database, names) as db:
            query = charge_sums.sum_costs(groups, (*names,), of_turns)
            found = db.execute(query, values).fetchall()
            lost = [
                db.execute(charge_sums.sum_unanswered(by, of_lost), values).fetchall()
                for by in groups
            ]
            query = charge_sums.count_prices(of_turns)
            priced = db.execute(query, values).fetchall()
        sums: list[dict[str, Costs]] = [{} for _ in groups]
        for number, key, *row in found:
            sums[number][str(key)] = charge_sums.costs_from_row(row)
        for each, rows_of_lost in zip(sums, lost, strict=True):
            for key, creates in rows_of_lost:
                costs = Costs(maybe_billed=int(creates))
                each[str(key)] = each.get(str(key), Costs()) + costs
        prices_used = [row[0] or "" for row in priced]
        unknown = _unknown(priced)
        return {
            by: report(by, each, prices_used, unknown)
            for by, each in zip(groups, sums, strict=True)
        }

    def note_unanswered(self, scope: Scope, lost: Unanswered) -> None:
        """Keep that creates may have been billed which came to no entry."""
        row = charge_rows.unanswered_row(scope, lost)
        with self.database.writing() as db:
            db.execute(charge_rows.NOTE_UNANSWERED, row)

    def list_unanswered(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, Unanswered]]:
        """Return what may have been billed beside the ledger, oldest first."""
        return self._unanswered(given_names(session_id=session_id, thread_id=thread_id))

    def _is_charged(self) -> bool:
        """Tell whether there are charges; not where an older store is only read."""
        with self.database.reading() as db:
            return has_table(db, "charges")

    def _entries(
        self,
        names: dict[str, str],
        since: float | None = None,
        until: float | None = None,
    ) -> list[tuple[Scope, LedgerEntry]]:
        check_names(**names)
        where = _about("ledger", "created_at", names, since, until)
        values = _values(names, since, until)
        with looking(self.database, names) as db:
            return read_entries(db, where, values)

    def _unanswered(
        self,
        names: dict[str, str],
        since: float | None = None,
        until: float | None = None,
    ) -> list[tuple[Scope, Unanswered]]:
        check_names(**names)
        where = _about("unanswered", "noted_at", names, since, until)
        query = charge_rows.list_unanswered(where)
        with looking(self.database, names) as db:
            if not has_table(db, "unanswered"):
                return []
            found = db.execute(query, _values(names, since, until)).fetchall()
        return [charge_rows.unanswered_from_row(row) for row in found]


# Databases hand out untyped rows.
def _unknown(rows_of_prices: Sequence[Sequence[Any]]) -> Counter[str]:
    """Count of how many turns the cost is not known, by what `count_prices` found."""
    unknown = Counter[str]()
    for _, reason, is_unknown, is_bare, turns in rows_of_prices:
        if is_unknown or is_bare:
            unknown[reason or NOT_PRICED] += int(turns)
    return unknown


def looking(
    database: SqlDatabase, names: Mapping[str, str]
) -> AbstractContextManager[SqlConnection]:
    """Look up what is in a thread, and read through everything for all else."""
    return database.reading() if "thread_id" in names else database.surveying()


def read_entries(
    db: SqlConnection, where: Statement, values: Sequence[object]
) -> list[tuple[Scope, LedgerEntry]]:
    """Read entries with their charges, oldest first.

    A store of a release that kept no charges, which is only read, has none.
    """
    found = db.execute(each_dialect(ledger_rows.list_ledger, where), values).fetchall()
    entries = {row[-1]: ledger_rows.entry_from_row(row) for row in found}
    if not has_table(db, "charges"):
        return list(entries.values())
    query = each_dialect(charge_rows.list_charges, where)
    for number, *row in db.execute(query, values).fetchall():
        # In a file, others may have written between the two queries.
        if number in entries:
            scope, entry = entries[number]
            charge, job, again = charge_rows.charge_from_row(row)
            charges = (*entry.charges, charge)
            entry = replace(entry, charges=charges, job=job, sent_again=again)
            entries[number] = scope, entry
    return list(entries.values())


def insert_entry(db: SqlConnection, scope: Scope, entry: LedgerEntry) -> None:
    """Write an entry to the ledger, and what it took."""
    if is_settlement(entry) and _settle(db, scope, entry):
        return
    written = db.execute(ledger_rows.INSERT_LEDGER, ledger_rows.entry_row(scope, entry))
    if not entry.charges:
        return
    (number,) = written.fetchone() or db.execute(ledger_rows.LAST_ENTRY).fetchone()
    charged = charge_rows.charge_rows(number, scope, entry)
    if len(charged) == 1:
        db.execute_later(charge_rows.INSERT, charged[0])
    else:
        db.executemany(charge_rows.INSERT, charged)


def _settle(db: SqlConnection, scope: Scope, entry: LedgerEntry) -> bool:
    """Put what came to be known of an answer into its entry, as `settled_entry` does."""
    values = (*rows.scope_row(scope), entry.key)
    found = db.execute(charge_rows.UNSETTLED, values).fetchone()
    if found is None:
        return False
    number, place, job, again = found
    used = [getattr(entry.usage, kind) for kind in KINDS]
    db.execute(charge_rows.SETTLE, (number, entry.status, *used))
    told = replace(entry, job=job, sent_again=bool(again))
    [(_, _, *charged)] = charge_rows.charge_rows(number, scope, told)
    db.execute(charge_rows.INSERT, (number, place, *charged))
    return True


def _about(
    table: str,
    time: str,
    names: dict[str, str],
    since: float | None,
    until: float | None,
) -> str:
    return charge_rows.about(
        table, time, (*names,), since=since is not None, until=until is not None
    )


def _values(
    names: dict[str, str], since: float | None, until: float | None
) -> tuple[object, ...]:
    return (*names.values(), *(each for each in (since, until) if each is not None))
