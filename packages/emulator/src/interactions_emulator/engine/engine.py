"""The server's work on interactions, without HTTP.

Runs on the server's event loop and never awaits, so each operation is atomic.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.answering.reply_steps import choose_reply, compose_steps
from interactions_emulator.answering.sandbox_work import SandboxFile
from interactions_emulator.answering.script import FixedScript, Script
from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.effects import RecordEffects
from interactions_emulator.base.ids import IdSource, root_of
from interactions_emulator.base.live_profiles import Outcome
from interactions_emulator.base.models import family
from interactions_emulator.base.payloads import Step
from interactions_emulator.base.settings import Settings
from interactions_emulator.reply import continuation
from interactions_emulator.reply.compose import Composed
from interactions_emulator.reply.replies import Reply
from interactions_emulator.request.caller import Caller
from interactions_emulator.request.doubts import find_doubts
from interactions_emulator.request.profiled_doubts import profiled_doubts
from interactions_emulator.request.turn_rules import (
    check_signatures,
    check_turns,
    pending_calls,
)
from interactions_emulator.request.validation import CreateRequest
from interactions_emulator.resources.agents import Agent, prepare
from interactions_emulator.resources.environments import Environment
from interactions_emulator.resources.resource_store import ResourceStore
from interactions_emulator.store import jobs
from interactions_emulator.store.accounting import overhead_of, tokens_of, usage_of
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.jobs import timed
from interactions_emulator.store.settlement import settled
from interactions_emulator.store.stores import Store
from interactions_emulator.store.visibility import VisibleInteractions


class Engine:
    """Creates, finds and forgets interactions."""

    def __init__(self, settings: Settings, store: Store, clock: MovableClock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.script = Script()
        self.tokens = 0
        """What all answers took, stored or not; a run that is cancelled takes nothing."""
        random = settings.random()
        self._strictness = settings.strictness()
        self._findings = settings.findings
        self._ids = IdSource(clock, random)
        self._visible = VisibleInteractions(settings, store, clock)
        self.resources = ResourceStore(settings, store, clock, random)

    def create(
        self,
        request: CreateRequest,
        caller: Caller,
        effects: RecordEffects,
        given: Reply | None = None,
    ) -> tuple[Interaction, Reply]:
        """Answer a create and store the result before it is sent.

        The outcome of background work is fixed here too; `jobs` hides it until
        the clock has come to it.

        Args:
            request: The checked body.
            caller: Who asks.
            effects: What is to go wrong.
            given: The answer, if somebody else has found it already.

        Raises:
            ApiError: The request is refused.
        """
        agent = None
        if request.agent is not None:
            agent = self.resources.find_agent(request.agent, caller)
            request = prepare(request, agent)
        parent = self._visible.get_parent(request, caller, effects)
        rest = self._rest_of(request)
        if rest is None:
            self._check(request, caller, parent, agent)
        sandbox = None
        if agent is not None and request.environment is not None:
            sandbox = self.resources.open_environment(request.environment, caller)
        conversation = self._conversation(request, parent, effects)
        script = self.script if given is None else FixedScript(reply=given)
        reply, token = choose_reply(script, conversation, agent, rest)
        composed, work = compose_steps(
            reply, conversation, agent, self._ids, vertex=caller.platform == "vertex"
        )
        if token is not None:
            composed = replace(composed, status="requires_continuation")
        record = self._record(request, caller, parent, composed)
        record = replace(record, continuation_token=token, errors=reply.errors)
        record = replace(record, arguments_chars=reply.arguments_chars)
        if sandbox is not None:
            record = replace(record, environment_id=sandbox.id)
            self.resources.put_environment(_with_file(sandbox, work, record.created_at))
        record = timed(record, reply, self.settings.job_s)
        record = self._apply_record_faults(record, effects)
        self.store.put(record)
        self.count_tokens(record)
        return record, reply

    def read_conversation(
        self, request: CreateRequest, caller: Caller, effects: RecordEffects
    ) -> Conversation:
        """Check a model's create and return what there is to be answered.

        Raises:
            ApiError: The request is refused.
        """
        parent = self._visible.get_parent(request, caller, effects)
        self._check(request, caller, parent)
        return self._conversation(request, parent, effects)

    def settle(
        self, record: Interaction, conversation: Conversation, reply: Reply
    ) -> None:
        """Fix the outcome of background work that was begun without one.

        A run that was cancelled or deleted in the meantime keeps its end.
        """
        known = self.store.get(record.id)
        if known is None or known.cancelled_at is not None:
            return
        composed = self.compose(reply, conversation)
        record = settled(known, composed, reply, self.clock.now())
        self.store.put(record)
        self.count_tokens(record, instead_of=known)
        self.clock.wake()

    def begin(
        self, request: CreateRequest, caller: Caller, effects: RecordEffects
    ) -> Interaction:
        """Return the record of a model's foreground work as it begins; nothing is stored."""
        parent = self._visible.get_parent(request, caller, effects)
        unmade = Composed([], "in_progress", 0, 0)
        record = self._record(request, caller, parent, unmade)
        return self._apply_record_faults(timed(record, Reply(), 0.0), effects)

    def compose(self, reply: Reply, conversation: Conversation) -> Composed:
        """Return the steps of a model's answer."""
        return compose_steps(reply, conversation, None, self._ids, vertex=False)[0]

    def count_tokens(
        self, record: Interaction, *, instead_of: Interaction | None = None
    ) -> None:
        """Count what an answer takes, in place of what it was counted as before."""
        self.tokens += tokens_of(record) - (tokens_of(instead_of) if instead_of else 0)

    def get(self, interaction_id: str, caller: Caller) -> Interaction:
        """Return a stored interaction.

        Raises:
            ApiError: Its name is malformed, or the caller may not see it (any more).
        """
        return self._visible.get(interaction_id, caller)

    def visible_now(self, record: Interaction) -> Interaction:
        """Return the interaction as it shows itself by now."""
        return self._visible.visible_now(record)

    def is_running(self, interaction_id: str) -> bool:
        """Whether there is such background work, and it goes on."""
        record = self.store.get(interaction_id)
        return record is not None and jobs.is_running(record, self.clock.now())

    def cancel(self, interaction_id: str, caller: Caller) -> Interaction:
        """Stop background work and return what is left.

        Raises:
            ApiError: As `get`; or the interaction is over.
        """
        record = self.get(interaction_id, caller)
        now = self.clock.now()
        if not jobs.is_cancellable(record, now):
            raise refusals.already_completed()
        cancelled = replace(record, cancelled_at=now)
        self.store.put(cancelled)
        self.tokens -= tokens_of(record)
        self.clock.wake()
        return cancelled

    def delete(self, interaction_id: str, caller: Caller) -> None:
        """Forget a stored interaction; its children stay, and its work goes on.

        Raises:
            ApiError: As `get`.
        """
        self.store.delete(self.get(interaction_id, caller).id)

    def get_transcript(self, interaction_id: str) -> list[Step] | None:
        """Return all that is held up to an interaction, of whatever owner and age."""
        return self._visible.get_transcript(interaction_id)

    def _rest_of(self, request: CreateRequest) -> list[str] | None:
        token = request.continuation_token
        return None if token is None else continuation.from_token(token)

    def _check(
        self,
        request: CreateRequest,
        caller: Caller,
        parent: Interaction | None,
        agent: Agent | None = None,
    ) -> None:
        pending = pending_calls(parent.steps) if parent else {}
        check_turns(pending, request.input, opens=parent is None)
        check_signatures(request.model, request.input)
        doubts = chain(
            find_doubts(request, pending, caller.version),
            profiled_doubts(request.sent, request.input),
        )
        # A custom agent is of the family that it extends.
        asked = family(request.model if agent is None else agent.base)
        found: Mapping[str, Outcome] = {}
        if agent is None:
            # Profiles speak of models only.
            found = self._findings.outcomes_of(
                caller.platform, caller.version, request.model
            )
        self._strictness.check(doubts, asked, caller.platform, found)

    def _conversation(
        self, request: CreateRequest, parent: Interaction | None, effects: RecordEffects
    ) -> Conversation:
        forgets = effects.get("reroot") is True
        context = self._visible.get_context(None if forgets else parent)
        return Conversation(request, [*context, *request.input])

    def _record(
        self,
        request: CreateRequest,
        caller: Caller,
        parent: Interaction | None,
        composed: Composed,
    ) -> Interaction:
        overhead = overhead_of(request)
        return Interaction(
            id=self._new_id(caller, parent),
            parent=None if parent is None else parent.id,
            owner=caller.owner,
            model=request.model,
            status=composed.status,
            created_at=self.clock.now(),
            input=request.input,
            steps=composed.steps,
            usage=usage_of(request, parent, composed, caller.platform),
            overhead=max(overhead, parent.overhead if parent else 0),
            service_tier=request.service_tier,
            stored=request.store,
            agent=request.agent,
            webhook_config=request.webhook_config,
            background=request.background,
        )

    def _new_id(self, caller: Caller, parent: Interaction | None) -> str:
        if caller.platform == "vertex":
            return self._ids.vertex_interaction()
        return self._ids.interaction(root_of(parent.id) if parent else None)

    def _apply_record_faults(
        self, record: Interaction, effects: RecordEffects
    ) -> Interaction:
        """Apply the faults that concern the stored record."""
        if effects.get("reroot"):
            record = replace(record, id=self._ids.interaction(), parent=None)
        hide_s = effects.get("hide_s")
        if hide_s:
            record = replace(record, hidden_until=self.clock.now() + hide_s)
        if effects.get("stall") and record.background:
            record = replace(record, due_at=jobs.NEVER)
        return record


def _with_file(
    sandbox: Environment, work: SandboxFile | None, now: float
) -> Environment:
    """Return the sandbox after the work, if there was any."""
    if work is None:
        return sandbox
    return sandbox.with_file(work.path, work.content.encode("utf-8", "replace"), now)
