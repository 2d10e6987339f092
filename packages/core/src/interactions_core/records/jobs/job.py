"""Background jobs as values: one interaction from the intent to its end.

Pure. A job is a row in the session store, not a thread; `job_turn` decides what
becomes of it, and the stores keep it.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from interactions_core.canonical import Json, JsonObject, canonical_hash
from interactions_core.exceptions import JobCancelledError
from interactions_core.logs import Known
from interactions_core.process.owners import is_dead, is_watcher
from interactions_core.protocol.retention import DAY_S
from interactions_core.protocol.statuses import ENDED as _ENDED
from interactions_core.protocol.statuses import RUNNING as _RUNNING
from interactions_core.protocol.statuses import is_known, status_of
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.questions import Question
from interactions_core.records.trace_contexts import TraceContext
from interactions_core.records.turn import GraphPosition, Turn

INTENT: Final = "intent"
"""Written before the create is sent; whether it was is not known."""

LOST: Final = "lost"
"""An intent whose answer was lost, after somebody was told so."""

SUBMITTED: Final = "submitted"
"""The run's id is known, its status not. Later statuses are the server's own."""

GONE: Final = "gone"
"""The server has not known the run until its deadline, nor when it was cancelled."""

LONGEST_MISSING_S: Final = 300.0
"""The longest pause between two looks at a run that the server does not know just
now: it has answered 404 for runs that went on."""

UNSETTLED_S: Final = 60.0
"""For how long after its submission a 403 or 404 says little of a run: that was recorded
for runs that went on."""

LEASE_S: Final = 60.0
"""For how long a process that waits for a job holds it; it renews that in time."""

CONSUMED_KEPT_S: Final = 7 * DAY_S
"""How long the row of a job stays that was consumed, without its content."""

HANDED_ON_KEPT_S: Final = 30 * DAY_S
"""How long a result stays usable that was handed on and whose thread never moved."""

LEFT: Final = "left"
"""How the name of a watcher ends that left a graph at its last checkpoint."""

RUNNING: Final = (SUBMITTED, *_RUNNING)
"""The run is known, and was not over when it was last looked at."""

UNFINISHED: Final = (INTENT, LOST, *RUNNING)

ENDED: Final = (*_ENDED, GONE)
"""The run is over, in words that are known here."""

State = Literal["running", "nobody_waits", "suspended", "lost", "ended", "consumed"]
"""What becomes of a job next. `running`: somebody waits for it. `suspended`: nobody
does, and a graph goes on once it is over. `lost`: nobody knows whether there is a run.
`ended`: the run is over, and the result kept. `consumed`: it is done with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One background interaction.

    Attributes:
        key: Its name, for people, webhooks and errors.
        scope: Whose it is.
        call_digest: What was asked, and how.
        target: `model:NAME` or `agent:NAME`.
        created_at: When the intent was written, in epoch seconds.
        deadline_at: When it has taken too long, in epoch seconds.
        forget_at: When the row may go, in epoch seconds.
        place: Where in the framework it was asked; `None` outside a graph.
        question: What the call asked that has it, and as which call of a run of a node;
            `None` outside a graph, and for jobs of versions that wrote none down.
        trace: In which trace it was begun; `None` where nobody traced.
        look: What the last looks at its run came to; `None` where nobody has looked, and
            for jobs of versions that kept none.
        status: `intent`, `lost`, `submitted`, `gone`, or the server's own word.
        interaction_id: The run; "" until it is known.
        owner: Who waits for it, or waited last.
        lease_until: Until when, in epoch seconds; 0 for nobody.
        attempts: Creates that were sent for it.
        updated_at: The last change, in epoch seconds.
        handed_on_at: When the framework was given the result; 0 if it was not.
        consumed_at: When it was done with for good; 0 if it is not.
        interrupts: How many times the call interrupted its graph.
        plan: What was sent, as `plan_json` writes it; empty once consumed.
        result: The interaction at its end; empty until then, and once consumed.
    """

    key: str
    scope: Scope
    call_digest: bytes
    target: str
    created_at: float
    deadline_at: float
    forget_at: float
    place: GraphPosition | None = None
    question: Question | None = None
    trace: TraceContext | None = None
    look: Look | None = None
    status: str = INTENT
    interaction_id: str = ""
    owner: str = ""
    lease_until: float = 0.0
    attempts: int = 0
    updated_at: float = 0.0
    handed_on_at: float = 0.0
    consumed_at: float = 0.0
    interrupts: int = 0
    plan: JsonObject = field(default_factory=dict[str, Json], repr=False)
    result: JsonObject = field(default_factory=dict[str, Json], repr=False)

    @property
    def known(self) -> Known:
        """What a log record says of it."""
        return {
            "id": self.interaction_id,
            "job": self.key,
            "thread": self.scope.thread_id,
            "session": self.scope.session_id,
            "target": self.target,
            "status": self.status,
        }

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, as far as is known."""
        return self.status not in UNFINISHED

    @property
    def is_unclaimed(self) -> bool:
        """Whether its run has ended, and no call has had what came of it."""
        had = self.handed_on_at or self.consumed_at
        return bool(self.interaction_id) and self.is_over and not had

    @property
    def is_runnable(self) -> bool:
        """Whether there is, or may be, a run to wait for."""
        return bool(self.interaction_id) and not self.is_over

    @property
    def is_lost(self) -> bool:
        """Whether the answer to its create was lost."""
        return self.status == LOST

    @property
    def is_taken_up(self) -> bool:
        """Whether the next call that asks the same sees to it, before it begins anew.

        Not once somebody was told that the answer to its create was lost, unless the
        run has been named since.
        """
        return bool(self.interaction_id) or not self.is_lost

    @property
    def is_failed(self) -> bool:
        """Whether it ended otherwise than with an answer."""
        return self.is_over and status_of(self.status).error is not None

    @property
    def is_waited_for_by_a_graph(self) -> bool:
        """Whether a graph was interrupted for it and has not got the result."""
        handed_on = self.handed_on_at or self.consumed_at
        return bool(self.interrupts) and not handed_on

    @property
    def is_left(self) -> bool:
        """Whether a process that ended left its graph where it was, to go on from."""
        return self.owner.endswith(LEFT)

    def is_free(self, now: float) -> bool:
        """Tell whether nobody waits for it."""
        return self.lease_until <= now or is_dead(self.owner)

    def is_abandoned(self, now: float) -> bool:
        """Tell whether whoever held it has ended without giving it up."""
        return self.lease_until > 0 and self.is_free(now)

    def is_adoptable(self, now: float) -> bool:
        """Tell whether a call may go on with it: at most a watcher waits for it."""
        return is_watcher(self.owner) or self.is_free(now)


def state_of(job: Job, now: float) -> State:
    """Say what becomes of a job next.

    Args:
        job: The job.
        now: Epoch seconds.
    """
    if job.consumed_at:
        return "consumed"
    if job.is_over:
        return "ended"
    if job.status == LOST:
        return "lost"
    if not job.is_free(now):
        return "running"
    if not job.interaction_id:
        return "lost"
    return "suspended" if job.is_waited_for_by_a_graph else "nobody_waits"


def has_failed(job: Job) -> bool:
    """Tell whether a job came neither to an answer nor to a cancellation."""
    if not job.is_over:
        return job.status == LOST
    word = status_of(job.status)
    return word.error is not None and word.error is not JobCancelledError


def noted(interaction: JsonObject) -> str:
    """Return the ledger's word for a run that goes on.

    What this version does not know is not written down: the ledger, whose databases
    compare words, would have to guess what it means as well.
    """
    word = interaction.get("status")
    return str(word) if word and is_known(word) else SUBMITTED


def merge_webhook_status(before: Job, after: Job) -> Job:
    """Choose what is written of a job that a webhook may have changed meanwhile.

    The id and the status in the ledger stay where they are ahead of the owner's: the
    same run has ended there and goes on for the owner, or the owner gives a create up
    as lost whose run the webhook has named. Otherwise the owner's count.

    Args:
        before: The job as it is in the ledger.
        after: The job as its owner is about to write it.
    """
    ended = before.interaction_id == after.interaction_id and (
        before.status in ENDED and after.status in RUNNING
    )
    named = after.status == LOST
    if not before.interaction_id or not (ended or named):
        return after
    return replace(after, status=before.status, interaction_id=before.interaction_id)


def request_fingerprint(turn: Turn, scope: Scope) -> bytes:
    """Name a call by everything that its answer depends on."""
    asked: list[Json] = [
        [scope.credential, scope.session_id, scope.thread_id],
        list(turn.target),
        turn.transcript.request_digest.hex(),
        dict(turn.settings),
        turn.previous_interaction_id,
    ]
    if turn.built_in:
        asked.append(list(turn.built_in))
    return canonical_hash(asked)
