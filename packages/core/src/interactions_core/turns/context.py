"""A turn under way: what was asked, where to look, how to behave, what happened."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from interactions_core.logs import Known
from interactions_core.mapping.planning import Plan
from interactions_core.records.charges import Charge
from interactions_core.records.interactions import LedgerEntry
from interactions_core.records.spending.budgets import Budget
from interactions_core.records.turn import Turn
from interactions_core.turns.allowances import Allowance
from interactions_core.turns.lookup import TurnStore
from interactions_core.turns.pacing import PROCESS_PACE, Pace
from interactions_core.turns.watching import UNWATCHED, TurnWatch
from interactions_core.usage import Usage

DEFAULT_DEADLINE_S: Final = 3_900.0
"""Deep Research may take an hour (API document); a little more for the queue."""

DEFAULT_POLL: Final = (1.0, 15.0)

OnChangedCall = Literal["adopt", "raise", "resubmit"]
"""`"adopt"`: go on with a run that differs in nothing but generation config, labels,
tier, or titles and descriptions in schemas, and else as `"resubmit"`: cancel it and
begin another. `"raise"`: leave it, and name it in a `ChangedCallError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """How turns behave, whatever they ask.

    Attributes:
        max_retries: How often a create is repeated after errors that allow it.
        retention_s: How long the server keeps interactions, as configured; the store
            may have learned a shorter time.
        clock: Epoch seconds.
        jitter: A random number from 0 to 1, for back-off.
        deadline_s: How long a run in the background may take whose turn does not say.
        poll: The first and the longest pause between two looks at it, in seconds.
        resubmits: Whether a background create whose answer was lost is sent again.
        on_changed_call: What a call does with the run of an earlier run of its node
            that was asked for otherwise.
        returns_empty: Whether an answer with nothing in it is returned; otherwise it
            is an `EmptyReplyError`.
        budget: What may be spent; `None` for whatever is asked.
        allowance: What the object may take that asks, beside the budget; `None` for
            whatever is asked.
        pace: How often this process looks at runs in the background, all in all.
    """

    max_retries: int
    retention_s: float
    clock: Callable[[], float]
    jitter: Callable[[], float] = random.random
    deadline_s: float = DEFAULT_DEADLINE_S
    poll: tuple[float, float] = DEFAULT_POLL
    resubmits: bool = False
    on_changed_call: OnChangedCall = "adopt"
    returns_empty: bool = False
    budget: Budget | None = None
    allowance: Allowance | None = None
    pace: Pace = PROCESS_PACE


@dataclass(slots=True)
class TurnStats:
    """What one turn has been through.

    Attributes:
        attempts: Creates sent.
        maybe_billed: Creates that came to no answer and may be billed.
        noted: Those of them that the store has notes of beside the ledger.
        in_flight: Whether a create was sent, or is about to be, of which nothing is
            known yet, or nothing is written down.
        fresh_waits: How often an id that was too new was waited for.
        fresh_wait_s: The time spent on that.
        recovered: What was worked around.
        learned: What of that was found after a refusal, beside the form of the plan.
        lost: The parent that the server no longer had, or refused.
        was_unknown: Whether it was a 404, which says something of how long the server
            keeps.
        answered: What each answer took, by its id, those included that were given up.
        settled: Those of them that the budgets of a run have counted.
        separate: What answers to built-in tools took, which were asked before the turn
            and have entries of their own in the ledger.
        separate_key: The record of the last of them; "" for none.
        separate_id: Its interaction; "" for none, or where the server keeps nothing.
        interrupts: How often the call interrupted its graph with runs that were given
            up for the one that it begins.
        job: The key of the job that the turn goes on with; "" for none.
        plan: What was sent last, or is about to be; `None` before there is one.
        entry: What the ledger says of the answer; `None` where there is none, or
            another process has entered it.
        watch: Is told where the turn is.
    """

    attempts: int = 0
    maybe_billed: int = 0
    noted: int = 0
    in_flight: bool = False
    fresh_waits: int = 0
    fresh_wait_s: float = 0.0
    recovered: list[str] = field(default_factory=list[str])
    learned: list[str] = field(default_factory=list[str])
    lost: str = ""
    was_unknown: bool = False
    answered: dict[str, Charge] = field(default_factory=dict[str, Charge])
    settled: tuple[str, ...] = ()
    separate: dict[str, Usage] = field(default_factory=dict[str, Usage])
    separate_key: str = ""
    separate_id: str = ""
    interrupts: int = 0
    job: str = ""
    plan: Plan | None = field(default=None, repr=False)
    entry: LedgerEntry | None = field(default=None, repr=False)
    watch: TurnWatch = UNWATCHED

    @property
    def uncounted(self) -> int:
        """How many creates may be billed that are to be entered with the answer."""
        return self.maybe_billed - self.noted

    @property
    def own(self) -> Usage:
        """What all answers to the turn itself took."""
        return sum((each.usage for each in self.answered.values()), Usage())

    @property
    def spent(self) -> Usage:
        """What the turn took all in all."""
        return sum(self.separate.values(), self.own)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """One turn under way.

    Attributes:
        turn: What is asked.
        records: Where to look and to record.
        policy: How to behave.
        check_create: Raises where a create would lose its answer. Called before
            anything is written or given up for one; what goes on with a run, or gives
            what is recorded, does not ask.
        tally: What happened.
    """

    turn: Turn
    records: TurnStore
    policy: ClientPolicy
    check_create: Callable[[], object] = lambda: None
    tally: TurnStats = field(default_factory=TurnStats)

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self.policy.clock()

    @property
    def deadline_s(self) -> float:
        """How long a run in the background may take."""
        own = self.turn.deadline_s
        return self.policy.deadline_s if own is None else own

    @property
    def known(self) -> Known:
        """What a log record says of the turn."""
        scope = self.records.scope
        return {
            "job": self.tally.job,
            "thread": scope.thread_id,
            "session": scope.session_id,
            "target": self.turn.target_name,
        }

    def in_foreground(self) -> "TurnContext":
        """Return the same turn for a model that takes no background."""
        return replace(self, turn=replace(self.turn, background=False))
