"""Conversations without a network: what turns ask for is done by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.client.take_turn import take_turn
from interactions_core.exceptions import InteractionsError
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.mirror import Mirror
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import MemoryStore
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    user_input,
)
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    HandOn,
    NextEvent,
    OpenStream,
    Show,
    Sleep,
    StoreCall,
)
from interactions_core.turns.lookup import TurnStore

DAY_S = 86_400.0
NOW = 1_790_000_000.0
SCOPE = Scope("gemini|host|fingerprint")
BYPASS = {"type": "thought", "signature": "skip_thought_signature_validator"}


def user(text: str) -> Step:
    return user_input([text_part(text)])


def model(text: str) -> Step:
    return model_output([text_part(text)])


def call(call_id: str, name: str = "weather", **arguments: Json) -> Step:
    return function_call(call_id, name, arguments)


def result(call_id: str, text: str = "sunny", name: str = "weather") -> Step:
    return function_result(call_id, name, text)


def unanswered(call_id: str, name: str = "weather") -> Step:
    said = "no result: the call was not answered"
    return function_result(call_id, name, said, is_error=True)


def thought(signature: str) -> JsonObject:
    return {"type": "thought", "signature": signature}


def wires(steps: Sequence[Step | JsonObject]) -> list[JsonObject]:
    return [step.wire if isinstance(step, Step) else step for step in steps]


Outcome = list[JsonObject] | JsonObject | InteractionsError
"""What a create comes to: reply steps, a whole interaction, or an error."""


@dataclass(frozen=True)
class Asked:
    """One turn, as sent last."""

    reply: Reply
    bodies: list[dict[str, Any]]
    shown: list[StreamEvent]

    @property
    def reason(self) -> str:
        return self.reply.reason

    @property
    def parent(self) -> str:
        return self.bodies[-1].get("previous_interaction_id", "")

    @property
    def input(self) -> list[JsonObject]:
        return self.bodies[-1]["input"]


@dataclass
class Session:
    """Turns of one scope; interactions are called i1, i2, … in their order."""

    mirror: Mirror = "full"
    scope: Scope = SCOPE
    now: float = NOW
    retention_s: float = 55 * DAY_S
    max_retries: int = 2
    store: MemoryStore = field(init=False)
    slept: list[float] = field(default_factory=list[float])
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    shown: list[StreamEvent] = field(default_factory=list[StreamEvent])
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _events: Iterator[JsonObject] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.store = MemoryStore(mirror=self.mirror)

    @property
    def records(self) -> TurnStore:
        return TurnStore(store=self.store, scope=self.scope)

    def record(self, key: str) -> InteractionRecord:
        found = self.store.get(self.scope, key)
        assert found is not None
        return found

    def ask(
        self,
        steps: Sequence[Step],
        *outcomes: Outcome,
        stream: bool = False,
        **turn: Any,
    ) -> Asked:
        asked = Turn(
            transcript=Transcript.of(steps),
            target=("model", "gemini-3-flash-preview"),
            **turn,
        )
        policy = ClientPolicy(
            max_retries=self.max_retries,
            retention_s=self.retention_s,
            clock=lambda: self.now,
            jitter=lambda: 1.0,
        )
        self.bodies, self.shown = [], []
        flow = take_turn(TurnContext(asked, self.records, policy), stream=stream)
        reply = self._drive(flow, list(outcomes or [[model("ok").wire]]))
        self.now += 1.0
        return Asked(reply, self.bodies, self.shown)

    def _drive(self, flow: Flow[object], outcomes: list[Outcome]) -> Reply:
        answer: object = None
        error: InteractionsError | None = None
        while True:
            try:
                effect = flow.throw(error) if error else flow.send(answer)
            except StopIteration as done:
                return cast("Reply", done.value)
            answer = error = None
            try:
                answer = self._perform(effect, outcomes)
            except InteractionsError as exc:
                error = exc

    def _perform(self, effect: Effect, outcomes: list[Outcome]) -> object:
        match effect:
            case StoreCall(run):
                return run()
            case Create(body) | OpenStream(body):
                return self._send(dict(body), outcomes.pop(0), effect)
            case NextEvent():
                return next(self._events, None)
            case Fetch(_):
                return _raised_if_error(outcomes.pop(0))
            case HandOn(reply):
                return reply
            case Show(event):
                self.shown.append(event)
            case Sleep(seconds):
                self.slept.append(seconds)
                self.now += seconds
        return None

    def _send(self, body: dict[str, Any], outcome: Outcome, effect: Effect) -> object:
        self.bodies.append(body)
        answer = _raised_if_error(outcome)
        if isinstance(effect, OpenStream):
            self._events = iter(answer)
            return None
        return self._interaction(body, answer)

    def _interaction(self, body: dict[str, Any], outcome: Outcome) -> JsonObject:
        if isinstance(outcome, dict):
            return outcome
        name = {"id": f"i{next(self._ids)}"}
        stored = name if body.get("store", True) else {}
        return {**stored, "status": "completed", "steps": outcome}


def _raised_if_error(outcome: Outcome) -> Any:
    if isinstance(outcome, InteractionsError):
        raise outcome
    return outcome
