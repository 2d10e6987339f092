"""Who owns what in this process, gone with it."""

import logging
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from interactions_core.logs import log_fields
from interactions_core.process.actors import actor
from interactions_core.process.forking import Lock
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
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.jobs.job import Job

logger: Final = logging.getLogger("interactions_core")


class MemoryAccountMixin:
    """The methods about owners of a store in memory; one lock, held briefly."""

    _lock: Lock

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[str, str] = {}
        self._link_events: list[LinkEvent] = []
        self._anchor_names: dict[str, dict[str, None]] = {}

    @abstractmethod
    def secret(self) -> bytes:
        """Return bytes that live as long as the process."""

    @abstractmethod
    def _recorded(self) -> Iterable[InteractionRecord]:
        """Return all records; whoever calls holds the lock."""

    @abstractmethod
    def _open_jobs(self) -> Iterable[Job]:
        """Return the jobs that are not consumed; whoever calls holds the lock."""

    def find_owner(self, claimant_of: Callable[[bytes], Claimant]) -> Owner:
        """Return whose rows somebody asks for."""
        claimant, advice = claimant_of(self.secret()), ""
        with self._lock:
            links = self._links_of(claimant.names)
            owner = known_owner(claimant, links)
            if not owner:
                made = new_links(
                    claimant,
                    links,
                    has_rows=self._has_rows,
                    has_account=self._has_account,
                )
                self._write("link", made)
                owner = self._links[claimant.account]
                if is_new(claimant, links, made):
                    advice = split_advice(claimant, self._owners())
        if advice:
            logger.warning("%s", advice, extra=log_fields("account_new"))
        return Owner(owner, claimant)

    def links_of(self, names: Sequence[str]) -> dict[str, str]:
        """Return whose rows keys and accounts own, as far as they are linked."""
        with self._lock:
            return self._links_of(names)

    def list_owners(self) -> list[OwnerSummary]:
        """Return for whom anything is kept, newest first."""
        recorded: dict[str, tuple[int, float]] = {}
        with self._lock:
            for record in self._recorded():
                owner = record.scope.credential
                number, last_at = recorded.get(owner, (0, 0.0))
                recorded[owner] = number + 1, max(last_at, record.created_at)
            jobs = Counter(job.scope.credential for job in self._open_jobs())
            return summaries(recorded, jobs, self._links)

    def link(
        self,
        names: Sequence[str],
        owner: str,
        *,
        leave_rows: bool = False,
        dry_run: bool = False,
    ) -> dict[str, str]:
        """Let keys and accounts own from now on what another one owns."""
        with self._lock:
            changed = relinked(self._links, names, self._links.get(owner, owner))
            open_jobs = Counter(job.scope.credential for job in self._open_jobs())
            check_links(
                self._links,
                changed,
                has_rows=lambda name: not leave_rows and self._has_rows(name),
                open_jobs=lambda name: open_jobs[name],
            )
            if not dry_run:
                self._write("link", changed)
        return changed

    def unlink(self, name: str) -> bool:
        """Let a key or account own nothing but what is its own."""
        with self._lock:
            found = self._links_of([name])
            self._write("unlink", found)
        return bool(found)

    def list_link_events(self) -> list[LinkEvent]:
        """Return every change of who owns what, oldest first."""
        with self._lock:
            return [*self._link_events]

    def keep_anchor_name(self, owner: str, name: str) -> None:
        """Remember under which name the anchors of an owner are signed."""
        with self._lock:
            self._anchor_names.setdefault(owner, {}).setdefault(name)

    def list_anchor_names(self, owner: str) -> list[str]:
        """Return the names under which anchors of an owner were signed."""
        with self._lock:
            return sorted(self._anchor_names.get(owner, ()))

    def _links_of(self, names: Sequence[str]) -> dict[str, str]:
        return {name: self._links[name] for name in names if name in self._links}

    def _has_rows(self, owner: str) -> bool:
        records = (record.scope for record in self._recorded())
        jobs = (job.scope for job in self._open_jobs())
        return any(s.credential == owner for each in (records, jobs) for s in each)

    def _owners(self) -> set[str]:
        records = {record.scope.credential for record in self._recorded()}
        return records | {job.scope.credential for job in self._open_jobs()}

    def _has_account(self, owner: str) -> bool:
        names = (name for name, whose in self._links.items() if whose == owner)
        return is_account(owner) or any(map(is_account, names))

    def _write(self, action: LinkAction, links: Mapping[str, str]) -> None:
        at, who = time.time(), actor()
        for name, owner in links.items():
            if action == "link":
                self._links[name] = owner
            else:
                del self._links[name]
            if name != owner:
                self._link_events.append(LinkEvent(at, who, action, name, owner))
