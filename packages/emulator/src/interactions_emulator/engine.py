"""The server's work on interactions, without HTTP.

Runs on the server's event loop and never awaits, so each operation is atomic.
"""

from collections import Counter
from dataclasses import dataclass, replace

from interactions_emulator import continuation, refusals
from interactions_emulator.answerer import answer
from interactions_emulator.clock import MovableClock
from interactions_emulator.compose import Composed, compose
from interactions_emulator.conversation import Conversation
from interactions_emulator.ids import IdSource, is_well_formed, root_of
from interactions_emulator.lineage import context_of, lineage
from interactions_emulator.payloads import JsonObject, Step
from interactions_emulator.records import Interaction
from interactions_emulator.replies import Reply
from interactions_emulator.script import Script
from interactions_emulator.settings import Settings
from interactions_emulator.stores import Store
from interactions_emulator.turn_rules import (
    check_signatures,
    check_turns,
    pending_calls,
)
from interactions_emulator.usage import build_usage, carried, count_json, count_steps
from interactions_emulator.validation import CreateRequest, Platform

_PARENT_STATUSES = frozenset(
    {"completed", "requires_action", "incomplete", "requires_continuation"}
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and through which door."""

    owner: str
    platform: Platform


class Engine:
    """Creates, finds and forgets interactions."""

    def __init__(self, settings: Settings, store: Store, clock: MovableClock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.script = Script()
        self._ids = IdSource(clock, settings.random())

    def create(
        self, request: CreateRequest, caller: Caller, effects: JsonObject
    ) -> tuple[Interaction, Reply]:
        """Answer a create and keep the result before anyone hears of it.

        Raises:
            ApiError: The request is refused.
        """
        parent = self._parent(request, caller, effects)
        rest = self._rest(request)
        if rest is None:
            self._check_turns(request, parent)
        forgets = effects.get("reroot") is True
        conversation = self._conversation(request, None if forgets else parent)
        reply = self._reply(conversation, rest)
        reply, token = _hop(reply, rest)
        composed = compose(
            reply,
            request.model,
            request.generation_config,
            conversation.last_user_text,
            self._ids,
        )
        if token is not None:
            composed = replace(composed, status="requires_continuation")
        record = self._record(request, caller, parent, composed)
        record = replace(record, continuation_token=token, errors=reply.errors)
        record = self._disturb(record, effects)
        self.store.put(record)
        return record, reply

    def get(self, interaction_id: str, caller: Caller) -> Interaction:
        """Return a stored interaction.

        Raises:
            ApiError: Its name is malformed, or the caller may not see it (any more).
        """
        if not is_well_formed(interaction_id):
            raise refusals.bad_name(interaction_id)
        record = self.store.get(interaction_id)
        if record is None or not self._is_visible(record, caller):
            raise refusals.not_found()
        return record

    def delete(self, interaction_id: str, caller: Caller) -> None:
        """Forget a stored interaction; its children stay.

        Raises:
            ApiError: As `get`.
        """
        self.store.delete(self.get(interaction_id, caller).id)

    def transcript(self, interaction_id: str) -> list[Step] | None:
        """Return all that is held up to an interaction, of whatever owner and age."""
        record = self.store.get(interaction_id)
        return None if record is None else context_of(lineage(self.store, record))

    def _is_visible(self, record: Interaction, caller: Caller) -> bool:
        now = self.clock.now()
        ours = record.owner == caller.owner or not self.settings.isolate_keys
        alive = self._is_alive(record) and record.hidden_until <= now
        return record.stored and ours and alive

    def _is_alive(self, record: Interaction) -> bool:
        return self.clock.now() < record.created_at + self.settings.retention_s

    def _parent(
        self, request: CreateRequest, caller: Caller, effects: JsonObject
    ) -> Interaction | None:
        if request.previous is None:
            return None
        if not request.store and self.settings.stateless_parent == "refuse":
            why = "store:false with a previous_interaction_id is switched off"
            raise refusals.invalid_argument(why)
        if effects.get("expire"):
            self.store.delete(request.previous)
        parent = self.get(request.previous, caller)
        if parent.status not in _PARENT_STATUSES:
            why = f"the parent's status is {parent.status}"
            raise refusals.invalid_argument(why)
        self._check_ancestry(parent)
        return parent

    def _check_ancestry(self, parent: Interaction) -> None:
        if self.settings.orphans == "truncate":
            return
        chain = lineage(self.store, parent)
        if chain[0].parent is not None or not all(map(self._is_alive, chain)):
            raise refusals.not_found()

    def _rest(self, request: CreateRequest) -> list[str] | None:
        token = request.continuation_token
        return None if token is None else continuation.from_token(token)

    def _check_turns(self, request: CreateRequest, parent: Interaction | None) -> None:
        pending = pending_calls(parent.steps) if parent else {}
        check_turns(pending, request.input, opens=parent is None)
        check_signatures(request.model, request.input)

    def _conversation(
        self, request: CreateRequest, parent: Interaction | None
    ) -> Conversation:
        chain = [] if parent is None else lineage(self.store, parent)
        if self.settings.orphans == "truncate":
            chain = _living_tail([(self._is_alive(one), one) for one in chain])
        return Conversation(request, [*context_of(chain), *request.input])

    def _reply(self, conversation: Conversation, rest: list[str] | None) -> Reply:
        if rest is not None:
            return Reply(text=rest[0])
        return self.script.reply_to(conversation) or answer(conversation)

    def _record(
        self,
        request: CreateRequest,
        caller: Caller,
        parent: Interaction | None,
        composed: Composed,
    ) -> Interaction:
        overhead = _overhead(request)
        inputs = _input_tokens(request, parent, overhead)
        return Interaction(
            id=self._new_id(caller, parent),
            parent=None if parent is None else parent.id,
            owner=caller.owner,
            model=request.model,
            status=composed.status,
            created_at=self.clock.now(),
            input=request.input,
            steps=composed.steps,
            usage=build_usage(
                request.model, inputs, composed.output_tokens, composed.thought_tokens
            ),
            overhead=max(overhead, parent.overhead if parent else 0),
            service_tier=request.service_tier,
            stored=request.store,
        )

    def _new_id(self, caller: Caller, parent: Interaction | None) -> str:
        if caller.platform == "vertex":
            return self._ids.vertex_interaction()
        return self._ids.interaction(root_of(parent.id) if parent else None)

    def _disturb(self, record: Interaction, effects: JsonObject) -> Interaction:
        """Apply the faults that concern the stored record."""
        if effects.get("reroot"):
            record = replace(record, id=self._ids.interaction(), parent=None)
        if effects.get("hide_s"):
            hidden_until = self.clock.now() + effects["hide_s"]
            record = replace(record, hidden_until=hidden_until)
        return record


def _hop(reply: Reply, rest: list[str] | None) -> tuple[Reply, str | None]:
    """Return what this hop says, and the token for what it leaves."""
    parts = rest
    if parts is None and reply.hops and reply.text is not None:
        parts = continuation.split(reply.text, reply.hops)
    if parts is None or len(parts) == 1:
        return reply, None
    return replace(reply, text=parts[0]), continuation.to_token(parts[1:])


def _overhead(request: CreateRequest) -> int:
    return count_json(request.tools) + count_json(request.system_instruction)


def _input_tokens(
    request: CreateRequest, parent: Interaction | None, overhead: int
) -> Counter[str]:
    """Add up input: parent's input, parent's output, what is new.

    So since July 2026; tools that are sent again are not counted again (53 + 15 +
    15 = 83, recorded 2026-10-05).
    """
    new = count_steps(request.input)
    new["text"] += overhead if parent is None else max(0, overhead - parent.overhead)
    return new if parent is None else carried(parent.usage) + new


def _living_tail(chain: list[tuple[bool, Interaction]]) -> list[Interaction]:
    """Return what follows the last dead ancestor."""
    dead = [index for index, (alive, _) in enumerate(chain) if not alive]
    return [one for _, one in chain[dead[-1] + 1 if dead else 0 :]]
