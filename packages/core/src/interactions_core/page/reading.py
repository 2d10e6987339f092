"""Reads from a store what a page shows. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.explaining.asked import asked_step
from interactions_core.explaining.content import text_of
from interactions_core.explaining.uncounted import is_of, uncounted_costs
from interactions_core.page.index import (
    costs_json,
    name_of,
    thread_json,
    turns_json,
)
from interactions_core.page.jobs import ToldJob
from interactions_core.page.steps import StepsTable, steps_table, told_step
from interactions_core.prices.current import current_prices
from interactions_core.prices.missing import (
    no_price_text,
    reasons_in,
    why_no_price,
)
from interactions_core.records.conversations import (
    Content,
    Conversation,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Recorded,
)
from interactions_core.records.costs import CostBy, CostReport, Costs
from interactions_core.records.jobs.job import Job
from interactions_core.stores.protocols.sessions import SessionStore

SCHEMA: Final = 1
"""Changes when a script of another release could not read it."""

_PART: Final = 50
"""Turns whose content is told in one answer at most."""

_AT_ONCE: Final = 10
"""Turns whose content is read at once."""

_TITLE: Final = 80

_GROUPS: Final[tuple[CostBy, ...]] = ("day", "model", "session", "reason_again")
"""What is added up in the overview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What may be looked at, and how.

    Attributes:
        store: Where it is.
        url: What the store goes by, without a password.
        now: Epoch seconds.
        tenant: Only this session; `None` for all.
        hide_content: Whether nothing may be told of what was said.
    """

    store: SessionStore
    url: str
    now: float
    tenant: str | None = None
    hide_content: bool = False

    def conversations(self) -> tuple[Conversation, ...]:
        """Return all conversations that may be looked at, the newest first."""
        where = ConversationFilter(session_id=self.tenant, now=self.now)
        return self.store.list_conversations(where, count_known=False).found


def index_json(
    view: View, found: Sequence[Conversation], *, is_live: bool = False
) -> dict[str, object]:
    """Return what the list of conversations and the overview show.

    Args:
        view: What is looked at.
        found: The conversations that are told of.
        is_live: Whether the page asks for more by itself.
    """
    reports = view.store.costs(_GROUPS, session_id=view.tenant)
    report = reports[_GROUPS[0]]
    missing = sum(told.costs.unpriced for told in found)
    # What is shown may be a part of what was added up.
    unknown = report.unknown if report.total.unpriced == missing else None
    return _list_json(view, found, is_live=is_live) | {
        "no_price": no_price_text(missing, unknown),
        "sums": _sums(reports) if len(found) > 1 else {},
    }


def newest_json(view: View, listed: ConversationList) -> dict[str, object]:
    """Return the newest conversations, for a list that waits for all of them.

    Args:
        view: What is looked at.
        listed: The newest, with what all of them come to.

    Returns:
        As `index_json` does, without sums; `whole` says how many there are, and what
        they come to.
    """
    whole = {"threads": listed.matching} | costs_json(listed.total)
    told = {"no_price": no_price_text(listed.total.unpriced, None), "whole": whole}
    return _list_json(view, listed.found, is_live=True) | told


def _list_json(
    view: View, found: Sequence[Conversation], *, is_live: bool
) -> dict[str, object]:
    owed = _owed(view, found)
    return {
        "schema": SCHEMA,
        "store": view.url,
        "now": view.now,
        "tenant": view.tenant,
        "hidden": view.hide_content,
        "live": is_live,
        "threads": [
            thread_json(told, title_of(view, told), owed.get(told.id)) for told in found
        ],
    }


def conversation_json(
    view: View,
    name: ConversationId,
    turns: Sequence[Recorded],
    jobs: Sequence[ToldJob],
) -> dict[str, object]:
    """Return the turns and jobs of a conversation.

    Nothing of what was said is among them but what those jobs were asked, in `asked`,
    that no turn tells of.
    """
    targets = [*dict.fromkeys(turn.record.target for turn in turns)]
    told = turns_json(turns, jobs, targets=targets, no_price=_no_price(turns))
    asked = _asked_of_jobs(view, turns, jobs)
    return {"id": name_of(name)} | told | {"asked": asked}


def _no_price(turns: Sequence[Recorded]) -> dict[str, str]:
    """Say of turns that have no price why that is."""
    missing = [
        turn for turn in turns if any(entry.picousd is None for entry in turn.entries)
    ]
    return {turn.record.key: why_no_price(reasons_in(turn.entries)) for turn in missing}


def content_json(view: View, turns: Sequence[Recorded]) -> dict[str, object]:
    """Return what was said in the turns of a conversation."""
    keys = [turn.record.key for turn in turns]
    contents = contents_of(view, turns)
    return steps_table(keys, contents, hide_content=view.hide_content)


def _asked_of_jobs(
    view: View, turns: Sequence[Recorded], jobs: Sequence[ToldJob]
) -> dict[str, object]:
    """Return what those jobs were asked that no turn tells of."""
    answered = {turn.job.key for turn in turns if turn.job}
    keys = [told.job.key for told in jobs if told.job.key not in answered]
    kept = [job for job in map(view.store.get_job, keys) if job is not None]
    steps = {job.key: step for job in kept if (step := asked_step(job)) is not None}
    return {
        key: told_step(step, hide_content=view.hide_content)
        for key, step in steps.items()
    }


def part_json(view: View, name: ConversationId, after: str) -> dict[str, object]:
    """Return what was said in the turns behind one, as far as an answer has room.

    Args:
        view: What is looked at.
        name: The conversation.
        after: The key of the turn; "" for what was said first.

    Returns:
        `steps` and `turns` as in a table of all, and `keys`, the turns that are told;
        `next`, to ask for what is behind them, `None` where nothing is.
    """
    turns = view.store.records(name, after=after, limit=_PART)
    keys = [turn.record.key for turn in turns]
    table = StepsTable(hide_content=view.hide_content)
    for start in range(0, len(turns), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        found = view.store.contents(name.scope, part)
        for key in part:
            if table.is_full:
                break
            table.add_last(found.get(key))
    told = keys[: len(table.turns)]
    is_all = len(told) == len(keys) < _PART
    return table.told | {"keys": told, "next": None if is_all else told[-1]}


def contents_of(view: View, turns: Sequence[Recorded]) -> dict[str, Content]:
    """Return what was said in turns, as far as it is kept."""
    found: dict[str, Content] = {}
    for start in range(0, len(turns), _PART):
        part = turns[start : start + _PART]
        keys = [each.record.key for each in part]
        found |= view.store.contents(part[0].record.scope, keys)
    return found


def jobs_of(
    view: View, name: ConversationId, turns: Sequence[Recorded]
) -> list[ToldJob]:
    """Return the jobs of a conversation with their histories, the oldest first."""
    thread = name.scope.thread_id
    found = (
        view.store.list_jobs(thread_id=thread)
        if thread
        else _loose_jobs(view.store, name.root, turns)
    )
    mine = [job for job in found if job.scope == name.scope]
    mine.sort(key=lambda job: (job.created_at, job.key))
    events = view.store.list_job_events([job.key for job in mine])
    return [
        ToldJob(job=job, events=events.get(job.key, ()), now=view.now) for job in mine
    ]


def _loose_jobs(
    store: SessionStore, root: str, turns: Sequence[Recorded]
) -> Iterable[Job]:
    """Return the jobs of what is in no thread, without reading those of all others."""
    found = {turn.job.key: turn.job for turn in turns if turn.job}
    found |= {job.key: job for job in store.list_jobs(interaction_id=root)}
    # One of which neither an answer nor a run is known goes by its own key.
    if (alone := store.get_job(root)) is not None:
        found[root] = replace(alone, plan={}, result={})
    return found.values()


def _owed(view: View, found: Sequence[Conversation]) -> dict[ConversationId, Costs]:
    """Add up what runs took whose answers nobody has taken, by conversation."""
    owing = [told.id for told in found if told.jobs.unclaimed]
    if not owing:
        return {}
    jobs = [job for job in view.store.list_jobs() if job.is_unclaimed]
    return {
        name: uncounted_costs(
            view.store, (j for j in jobs if is_of(j, name)), current_prices
        )
        for name in owing
    }


def title_of(view: View, told: Conversation) -> str:
    """Name a conversation; one without a thread by what was asked first in it."""
    if told.id.scope.thread_id:
        return told.id.scope.thread_id
    said = "" if view.hide_content else _first_words(view, told)
    who = told.label.name or "No thread"
    return said or f"{who} · {told.id.root[-6:]}"


def _first_words(view: View, told: Conversation) -> str:
    content = view.store.contents(told.id.scope, [told.id.root]).get(told.id.root)
    steps = [s for s in _asked(content) if s.get("type") == "user_input"]
    said = " ".join(text_of(steps[0]).split()) if steps else ""
    return said if len(said) <= _TITLE else f"{said[:_TITLE]}…"


def _asked(content: Content | None) -> list[JsonObject]:
    """Return the steps of a turn that are in the list."""
    if content is None:
        return []
    return [s for i, s in enumerate(content.sent) if i not in content.synthetic]


def _sums(reports: Mapping[CostBy, CostReport]) -> dict[str, object]:
    """Return what is shown in groups."""
    return {
        by: [[name, costs_json(costs)] for name, costs in told.rows.items()]
        for by, told in reports.items()
    }
