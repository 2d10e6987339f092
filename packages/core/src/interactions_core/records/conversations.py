"""What a store holds of conversations, as whoever looks inside is told.

Pure values, and without content: what was said is read by `Content`, for the turns that
are asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from interactions_core.canonical import JsonObject
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Reason,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label

Link = Literal["chained", "replayed", "followed", "none"]
"""How a turn goes on from another that is kept. `chained`: on the server. `replayed`: it
sent again what the other holds. `followed`: the next of its thread, where nothing else
is kept that it goes on from. `none`: nothing of its conversation is before it."""

Sort = Literal["last", "cost", "tokens", "turns"]
"""What a list is ordered by. `last`: the newest first. Else those first that come to
most; `cost` is what is known of it. What comes to as much follows with the newest
first, and what is as new by its name."""


@dataclass(frozen=True, slots=True, order=True)
class ConversationId:
    """Which conversation of a store is meant.

    Attributes:
        scope: Whose it is. Where it has a thread, that is the conversation.
        root: The key of its first interaction where its scope has no thread, since
            interactions that continue or repeat each other are one; else "". Of a job
            of which no answer is kept its run, or its own key.
    """

    scope: Scope
    root: str = ""

    @property
    def name(self) -> str:
        """What it goes by: its thread, or the key of its first interaction."""
        return self.scope.thread_id or self.root


class Position(NamedTuple):
    """Where in a list a conversation stands.

    Attributes:
        amount: What the list is ordered by, see `Sort`: epoch seconds, 1e-12 USD,
            tokens or turns.
        last_at: When it was used last, in epoch seconds.
        id: Which it is.
    """

    amount: float
    last_at: float
    id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTotals:
    """How many background jobs a conversation has.

    Attributes:
        open: Those that are not over.
        unattended: Those of them that nobody waits for and no graph is suspended for,
            the lost ones left out.
        lost: Those whose answer to the create was lost.
        failed: Those that ended otherwise than with an answer.
        ended: All that are over.
        unknown: Those that are open and that the server does not know, or of which
            it has said nothing for a minute.
        late: Those that are open and take longer than they should.
        unclaimed: Those that came to an answer that no call has had.
    """

    open: int = 0
    unattended: int = 0
    lost: int = 0
    failed: int = 0
    ended: int = 0
    unknown: int = 0
    late: int = 0
    unclaimed: int = 0

    def __add__(self, other: "JobTotals") -> "JobTotals":
        return JobTotals(
            open=self.open + other.open,
            unattended=self.unattended + other.unattended,
            lost=self.lost + other.lost,
            failed=self.failed + other.failed,
            ended=self.ended + other.ended,
            unknown=self.unknown + other.unknown,
            late=self.late + other.late,
            unclaimed=self.unclaimed + other.unclaimed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with its sums.

    Attributes:
        id: Which it is.
        label: Who asks, as the newest turn says that says anything.
        targets: What was asked, the one with most turns first: `model:NAME` or
            `agent:NAME`. Those of its jobs where it has no turn.
        records: Interactions that the store has of it. What was copied or adopted was
            paid for elsewhere and is in no sum.
        costs: What its turns took and cost. Turns are entries of the ledger. Creates of
            a thread without an answer are in `maybe_billed`.
        forks: Interactions whose reason is `fork`.
        retries: Interactions whose reason is `retry`.
        first_at: When the first was recorded, or its first job begun, in epoch seconds.
        last_at: When the newest was recorded, or its newest job begun.
        last: The key of the newest interaction; "" where only jobs are there.
        last_reason: Why that was sent as it was; `None` where only jobs are there.
        expires_at: Until when the server should hold that one and its ancestry, in
            epoch seconds; `None` where it is not stored, or gone.
        jobs: Its background jobs.
    """

    id: ConversationId
    label: Label = field(default_factory=Label)
    targets: tuple[str, ...] = ()
    records: int = 0
    costs: Costs = field(default_factory=Costs)
    forks: int = 0
    retries: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    last: str = ""
    last_reason: Reason | None = None
    expires_at: float | None = None
    jobs: JobTotals = field(default_factory=JobTotals)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFilter:
    """Which conversations are meant; the default is all.

    Attributes:
        session_id: Only those of this session, or tenant; `None` for all.
        thread_id: Only those of this thread; `None` for all.
        since: Only those with a turn or job at this time or later, in epoch seconds.
        until: Only those with a turn or job before this time.
        model: Only those with a target whose name contains this, upper or lower case.
        reason: Only those with an interaction that was sent for this reason.
        expires_before: Only those that the server lets go before then, and not yet.
        now: What "not yet" means, and when nobody waits for a job any more, in epoch
            seconds.
        cost_over: Only those that cost more, in 1e-12 USD, as far as is known.
        keys: Only those that have one of these interactions; `None` for all. What a
            search has found is given so.
        names: Only these, by thread or root; `None` for all. Together with `keys`, what
            is in either.
    """

    session_id: str | None = None
    thread_id: str | None = None
    since: float | None = None
    until: float | None = None
    model: str | None = None
    reason: str | None = None
    expires_before: float | None = None
    now: float = 0.0
    cost_over: int | None = None
    keys: Sequence[str] | None = None
    names: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationList:
    """A part of a list of conversations.

    Attributes:
        found: The conversations, in the order that was asked for.
        after: Where the next part begins; `None` at the end.
        matching: How many conversations match, on all parts.
        total: The sums over all that match.
        known: How many conversations there are without the filter; `None` where that
            was not asked.
    """

    found: tuple[Conversation, ...]
    after: Position | None
    matching: int
    total: Costs
    known: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An interaction of a conversation and what it took.

    Attributes:
        record: The interaction, its `sent`, `held` and `local_results` left out.
        entries: Its entries in the ledger, the oldest first; empty for what was paid
            for elsewhere, more than one where an answer was settled later.
        link: How it goes on from `link_to`.
        link_to: The key of what it goes on from; "" for none.
        label: Who asked.
        job: The background job that it is the answer of, without content; `None` for
            none, and where the job is forgotten.
    """

    record: InteractionRecord
    entries: tuple[LedgerEntry, ...] = ()
    link: Link = "none"
    link_to: str = ""
    label: Label = field(default_factory=Label)
    job: Job | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was said in a turn, as the store keeps it.

    Attributes:
        sent: The input as sent; see `InteractionRecord`.
        synthetic: Indexes in `sent` of steps that are not in the list.
        held: The answer with all its steps.
    """

    sent: tuple[JsonObject, ...]
    synthetic: tuple[int, ...]
    held: tuple[JsonObject, ...]
