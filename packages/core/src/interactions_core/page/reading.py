"""Reads from a store what a page shows. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.as_json import as_json
from interactions_core.explaining.content import text_of
from interactions_core.explaining.explain import explain
from interactions_core.explaining.turn_facts import is_sent_again
from interactions_core.page.index import (
    costs_json,
    name_of,
    thread_json,
    turns_json,
)
from interactions_core.page.jobs import ToldJob
from interactions_core.page.one_reading import with_one_ledger
from interactions_core.page.steps import steps_table
from interactions_core.records.conversations import (
    Content,
    Conversation,
    ConversationFilter,
    Recorded,
)
from interactions_core.records.jobs import Job
from interactions_core.stores.protocols.sessions import SessionStore

SCHEMA: Final = 1
"""Changes when a script of another release could not read it."""

_PART: Final = 50
_TITLE: Final = 80
_EXPLAINED: Final = 100
"""Turns of a conversation that are explained at most, the newest."""


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
        return self.store.list_conversations(where).found


def index_json(
    view: View, found: Sequence[Conversation], *, is_live: bool = False
) -> dict[str, object]:
    """Return what the list of conversations and the overview show.

    Args:
        view: What is looked at.
        found: The conversations that are told of.
        is_live: Whether the page asks for more by itself.
    """
    prices = view.store.cost(session_id=view.tenant).prices
    return {
        "schema": SCHEMA,
        "store": view.url,
        "now": view.now,
        "prices": [*prices],
        "hidden": view.hide_content,
        "live": is_live,
        "threads": [thread_json(told, title_of(view, told)) for told in found],
        "sums": _sums(view) if len(found) > 1 else {},
    }


def conversation_json(view: View, told: Conversation) -> dict[str, object]:
    """Return the turns and jobs of a conversation, without content."""
    turns = view.store.records(told.id)
    targets = [*dict.fromkeys((*told.targets, *(t.record.target for t in turns)))]
    jobs = jobs_of(view, told, turns)
    return {"id": name_of(told.id)} | turns_json(turns, jobs, targets=targets)


def content_json(view: View, told: Conversation) -> dict[str, object]:
    """Return what was said in a conversation, and why turns were sent as they were."""
    turns = view.store.records(told.id)
    keys = [turn.record.key for turn in turns]
    contents = contents_of(view, turns)
    table = steps_table(keys, contents, hide_content=view.hide_content)
    return table | {"why": dict(_reasons(view, turns))}


def contents_of(view: View, turns: Sequence[Recorded]) -> dict[str, Content]:
    """Return what was said in turns, as far as it is kept."""
    found: dict[str, Content] = {}
    for start in range(0, len(turns), _PART):
        part = turns[start : start + _PART]
        keys = [each.record.key for each in part]
        found |= view.store.contents(part[0].record.scope, keys)
    return found


def jobs_of(view: View, told: Conversation, turns: Sequence[Recorded]) -> list[ToldJob]:
    """Return the jobs of a conversation with their histories, the oldest first."""
    if not any((told.jobs.open, told.jobs.ended, told.jobs.lost)):
        return []
    thread = told.id.scope.thread_id
    found = view.store.list_jobs(thread_id=thread or None)
    keys = {turn.record.key for turn in turns} | {told.id.root}
    mine = [job for job in found if _is_of(job, told, keys)]
    events = view.store.list_job_events([job.key for job in mine])
    return [
        ToldJob(job=job, events=events.get(job.key, ()), now=view.now) for job in mine
    ]


def _is_of(job: Job, told: Conversation, keys: set[str]) -> bool:
    if job.scope != told.id.scope:
        return False
    return bool(told.id.scope.thread_id) or bool({job.key, job.interaction_id} & keys)


def _reasons(
    view: View, turns: Sequence[Recorded]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Explain the turns that did not simply go on, the newest of them."""
    asked = [t for t in turns if is_sent_again(t) or t.record.reason != "continue"]
    store = with_one_ledger(view.store)
    for turn in asked[-_EXPLAINED:]:
        key = turn.record.key
        try:
            told = as_json(explain(store, key), hide_content=view.hide_content)
        except UnknownInteractionError:
            # It was erased since the turns were listed.
            continue
        kept = ("because", "sentence", "difference", "chained", "advice")
        yield key, {name: told[name] for name in kept}


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


def _sums(view: View) -> dict[str, object]:
    """Add up what is shown in groups."""
    told: dict[str, object] = {}
    for by in ("day", "model", "session", "reason"):
        rows = view.store.cost(by, session_id=view.tenant).rows
        told[by] = [[name, costs_json(costs)] for name, costs in rows.items()]
    return told
