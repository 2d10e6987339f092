"""Who owns what in a SQL database, for the stores that have one."""

import logging
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from interactions_core.logs import log_fields
from interactions_core.process.actors import actor
from interactions_core.records.account_links import (
    check_links,
    is_new,
    known_owner,
    new_links,
    relinked,
    split_advice,
)
from interactions_core.records.accounts import (
    Claimant,
    LinkAction,
    LinkEvent,
    Owner,
    OwnerSummary,
    is_account,
    summaries,
)
from interactions_core.stores.sql.accounts import account_rows
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase

logger: Final = logging.getLogger("interactions_core")

_LOCK: Final = "accounts"
"""What those take turns by who change links; a thread of that name waits for it."""


class SqlAccountMixin:
    """The methods about owners of a store over its own `database`."""

    database: SqlDatabase

    def __init__(self) -> None:
        super().__init__()
        self._anchor_names: set[tuple[str, str]] = set()
        """What is known to be in the table; nothing is ever taken out of it."""

    @abstractmethod
    def secret(self) -> bytes:
        """Return the bytes that the store was born with."""

    @abstractmethod
    def _birth_bytes(self, db: SqlConnection) -> bytes | None:
        """Return them if there are any yet."""

    def find_owner(self, claimant_of: Callable[[bytes], Claimant]) -> Owner:
        """Return whose rows somebody asks for, in one look at the store."""
        with self.database.reading() as db:
            secret = self._birth_bytes(db)
            if secret is not None:
                known = self._known_owner(db, claimant_of(secret))
                if known is not None:
                    return known
        claimant = claimant_of(self.secret())
        if not claimant.account:
            return Owner(claimant.key, claimant)
        return self._claimed(claimant)

    def _known_owner(self, db: SqlConnection, claimant: Claimant) -> Owner | None:
        """Return whose rows somebody asks for; `None` if that is yet to be written."""
        owner = known_owner(claimant, _links(db, claimant.names))
        return Owner(owner, claimant) if owner else None

    def links_of(self, names: Sequence[str]) -> dict[str, str]:
        """Return whose rows keys and accounts own, as far as they are linked."""
        with self.database.reading() as db:
            return _links(db, names)

    def list_owners(self) -> list[OwnerSummary]:
        """Return for whom anything is kept, newest first."""
        with self.database.reading() as db:
            recorded = db.execute(account_rows.INTERACTIONS).fetchall()
            jobs = db.execute(account_rows.JOBS).fetchall()
            links = db.execute(account_rows.LINKS).fetchall()
        return summaries(
            {row[0]: (row[1], row[2]) for row in recorded}, dict(jobs), dict(links)
        )

    def link(
        self,
        names: Sequence[str],
        owner: str,
        *,
        leave_rows: bool = False,
        dry_run: bool = False,
    ) -> dict[str, str]:
        """Let keys and accounts own from now on what another one owns."""
        with self.database.writing(_LOCK) as db:
            links = dict(db.execute(account_rows.LINKS).fetchall())
            changed = relinked(links, names, links.get(owner, owner))
            check_links(
                links,
                changed,
                has_rows=lambda name: not leave_rows and _has_rows(db, name),
                open_jobs=lambda name: _open_jobs(db, name),
            )
            if not dry_run:
                _write(db, "link", changed)
        return changed

    def unlink(self, name: str) -> bool:
        """Let a key or account own nothing but what is its own."""
        with self.database.writing(_LOCK) as db:
            found = _links(db, [name])
            _write(db, "unlink", found)
        return bool(found)

    def list_link_events(self) -> list[LinkEvent]:
        """Return every change of who owns what, oldest first."""
        with self.database.reading() as db:
            return [LinkEvent(*row) for row in db.execute(account_rows.EVENTS)]

    def keep_anchor_name(self, owner: str, name: str) -> None:
        """Remember under which name the anchors of an owner are signed."""
        if (owner, name) in self._anchor_names:
            return
        if name not in self.list_anchor_names(owner):
            with self.database.writing(_LOCK) as db:
                db.execute(account_rows.KEEP_ANCHOR, (owner, name))
        self._anchor_names.add((owner, name))

    def list_anchor_names(self, owner: str) -> list[str]:
        """Return the names under which anchors of an owner were signed."""
        with self.database.reading() as db:
            found = db.execute(account_rows.ANCHORS, (owner,)).fetchall()
        return [name for (name,) in found]

    def _claimed(self, claimant: Claimant) -> Owner:
        """Write down what an account owns that is named for the first time."""
        advice = ""
        with self.database.writing(_LOCK) as db:
            links = _links(db, claimant.names)
            made = new_links(
                claimant,
                links,
                has_rows=lambda owner: _has_rows(db, owner),
                has_account=lambda owner: _has_account(db, owner),
            )
            _write(db, "link", made)
            if is_new(claimant, links, made):
                advice = split_advice(claimant, _some_owners(db))
        if advice:
            logger.warning("%s", advice, extra=log_fields("account_new"))
        return Owner({**links, **made}[claimant.account], claimant)


def _links(db: SqlConnection, names: Sequence[str]) -> dict[str, str]:
    found = {name: db.execute(account_rows.OWNER, (name,)).fetchone() for name in names}
    return {name: row[0] for name, row in found.items() if row is not None}


def _has_rows(db: SqlConnection, owner: str) -> bool:
    return bool(db.execute(account_rows.HAS_ROWS, (owner,)).fetchone()[0])


def _open_jobs(db: SqlConnection, owner: str) -> int:
    return int(db.execute(account_rows.OPEN_JOBS, (owner,)).fetchone()[0])


def _some_owners(db: SqlConnection) -> set[str]:
    """Return who has rows: all, or two or more of them."""
    found: set[str] = set()
    for query in (account_rows.NEXT_OWNER, account_rows.NEXT_JOBS_OWNER):
        last = ""
        for _ in range(2):
            (owner,) = db.execute(query, (last,)).fetchone()
            if owner is None:
                break
            found.add(owner)
            last = owner
    return found


def _has_account(db: SqlConnection, owner: str) -> bool:
    names = db.execute(account_rows.NAMES, (owner,)).fetchall()
    return is_account(owner) or any(is_account(name) for (name,) in names)


def _write(db: SqlConnection, action: LinkAction, links: Mapping[str, str]) -> None:
    at, who = time.time(), actor()
    for name, owner in links.items():
        if action == "link":
            db.execute(account_rows.LINK, (name, owner))
        else:
            db.execute(account_rows.UNLINK, (name,))
        if name != owner:
            db.execute(account_rows.NOTE, (at, who, action, name, owner))
