"""Recorded calls of AutoGen and CrewAI, played through the client to a server."""

import base64
import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from interactions_autogen import _messages as autogen
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.client.turn_stores import records_of
from interactions_core.exceptions import InteractionsError
from interactions_core.records.interactions import InteractionRecord, Scope, hashes_of
from interactions_core.records.turn import Turn
from interactions_core.stores import MemoryStore
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import Step, function_result, model_output
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.crewai.quiet import imported

TRACES = Path(__file__).parents[2].parent / "shared" / "frameworks" / "traces"
MODEL = "gemini-3.7-flash"
SIGNATURE = "CiRlMjQ4MzBhNy01Y2Q2LTQyZmUtOTk4Yi1lZTUzOWU3MmI5YzM="
"""The constant that the API signs with when no token was spent on thinking."""

ANSWERED_LOCALLY = {("available_functions_history", 0): "Rome: 21C"}
"""What the adapter handed on instead of the call that the model had made."""

Json: TypeAlias = dict[str, Any]
Flagged: TypeAlias = list[tuple[Json, bool]]
"""Steps of a context, and whether the record declares them synthetic."""


@dataclass(frozen=True)
class Call:
    """One line of a trace."""

    scenario: str
    number: int
    line: Json

    @property
    def glued(self) -> bool:
        return self.line["framework"] == "crewai"

    @property
    def measured(self) -> str:
        measured = self.line["measured"]
        return measured if isinstance(measured, str) else measured["verdict"]

    @property
    def repeats(self) -> int | None:
        """The call whose list this one repeats."""
        repeated = self.measured == "REPEAT"
        return self.line["measured"]["parent"] if repeated else None

    def converted(self) -> tuple[str, tuple[Step, ...]]:
        if self.glued:
            crewai = imported("interactions_crewai._messages")
            return crewai.to_steps(self.line["messages"])
        return autogen.to_steps([_with_pictures(m) for m in self.line["messages"]])

    def scripted(self) -> Json:
        reply = self.line["reply"]
        if isinstance(reply, Mapping) and "error" in reply:
            return {"error": {"status": 400, "message": reply["error"]}}
        return {"steps": [{"type": "thought", "signature": SIGNATURE}, *_said(reply)]}


@dataclass(frozen=True)
class Seen:
    """What became of one call.

    `context` is the local mirror of what the server was to answer from, `transcript`
    what the server says it held when it had answered.
    """

    call: Call
    steps: tuple[Step, ...]
    requests: list[Json]
    record: InteractionRecord | None
    context: Flagged
    transcript: list[Json]

    @property
    def previous(self) -> str:
        return self.requests[-1]["body"].get("previous_interaction_id", "")


@dataclass
class Scenario:
    """One scenario under way, with a session store of its own."""

    emulator: Emulator
    client: InteractionsClient
    stored: bool
    store: MemoryStore = field(default_factory=MemoryStore)
    done: int = 0

    def take(self, call: Call) -> Seen:
        instruction, steps = call.converted()
        turn = Turn(
            transcript=Transcript.of(steps),
            target=("model", MODEL),
            settings={"system_instruction": instruction} if instruction else {},
            glued=call.glued,
            store=self.stored,
        )
        self.emulator.script([{"when": {}, "reply": call.scripted()}])
        with suppress(InteractionsError):
            self.client.turn(turn, self.store)
        requests = self.emulator.requests()[self.done :]
        self.done += len(requests)
        return self._seen(call, turn, requests)

    def _seen(self, call: Call, turn: Turn, requests: list[Json]) -> Seen:
        scope = records_of(
            self.client.sdk(), self.client.connection, turn, self.store
        ).scope
        record = self._answer(call, scope, turn, requests[-1])
        name = requests[-1]["interaction"]
        return Seen(
            call=call,
            steps=turn.transcript.steps,
            requests=requests,
            record=record,
            context=self._asked(scope, record, requests[-1]["body"]),
            transcript=self.emulator.transcript(name) if name else [],
        )

    def _answer(
        self, call: Call, scope: Scope, turn: Turn, request: Json
    ) -> InteractionRecord | None:
        digest = turn.transcript.request_digest
        found = self.store.find(scope, [digest]).get(digest, [])
        # An empty answer is kept where no list finds it.
        if request["status"] != 200 or not found or not call.line["reply"]:
            return None
        record = found[-1]
        text = ANSWERED_LOCALLY.get((call.scenario, call.number))
        if text is not None:
            record = _answered_locally(record, text)
            self.store.put(record)
        return record

    def _asked(
        self, scope: Scope, record: InteractionRecord | None, body: Json
    ) -> Flagged:
        if record is not None:
            return self._mirrored(record)[: -len(record.held)]
        parent = self.store.get(scope, body.get("previous_interaction_id", ""))
        before = [] if parent is None else self._mirrored(parent)
        return [*before, *((step, False) for step in body["input"])]

    def _mirrored(self, record: InteractionRecord) -> Flagged:
        base = self.store.get(record.scope, record.base_key)
        before = [] if base is None else self._mirrored(base)
        sent = [
            (dict(step), i in record.synthetic) for i, step in enumerate(record.sent)
        ]
        return [*before, *sent, *((dict(step), False) for step in record.held)]


def played(framework: str, *, stored: bool) -> list[list[Seen]]:
    """Play every scenario of a framework, or skip where there are no traces."""
    scenarios = _scenarios(framework)
    ticks = itertools.count(1_790_000_000.0)
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=lambda: next(ticks))
    seen: list[list[Seen]] = []
    with Emulator() as emulator:
        connection = Connection(api_key="a key", base_url=emulator.url)
        client = InteractionsClient(connection, policy)
        for calls in scenarios:
            emulator.reset()
            scenario = Scenario(emulator, client, stored)
            seen.append([scenario.take(call) for call in calls])
        client.close()
    return seen


def _scenarios(framework: str) -> list[list[Call]]:
    path = TRACES / f"{framework}.jsonl"
    if framework == "crewai" and find_spec("crewai") is None:
        pytest.skip("needs CrewAI: `nox -s crewai`")
    if not path.exists():
        pytest.skip(f"the traces of {framework} are not here")
    calls: dict[str, list[Call]] = defaultdict(list)
    for text in path.read_text().splitlines():
        line = json.loads(text)
        calls[line["scenario"]].append(Call(line["scenario"], line["call"], line))
    return list(calls.values())


def _answered_locally(record: InteractionRecord, text: str) -> InteractionRecord:
    call_id = record.form.call_ids[0]
    return replace(
        record,
        returned=hashes_of([model_output([text_part(text)])]),
        local_results=(function_result(call_id, "get_weather", text).wire,),
    )


def _with_pictures(message: Json) -> Json:
    """Give pictures the bytes that the traces leave out."""
    content = message["content"]
    if message["type"] != "UserMessage" or isinstance(content, str):
        return message
    data = {"data": base64.b64encode(b"a picture").decode()}
    parts = [part if isinstance(part, str) else part | data for part in content]
    return message | {"content": parts}


def _said(reply: Any) -> list[Json]:
    """Write a traced reply as the server would; a thought beside calls is text."""
    if isinstance(reply, str):
        return [_text(reply)] if reply else []
    if isinstance(reply, list):
        return [_called(call["id"], **call["function"]) for call in reply]
    if "thought" not in reply:
        return [_text(json.dumps(reply))]
    if isinstance(reply["content"], str):
        return [_text(reply["content"])]
    beside = [_text(reply["thought"])] if reply["thought"] else []
    return [*beside, *(_called(**call) for call in reply["content"])]


def _text(text: str) -> Json:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


def _called(id: str, name: str, arguments: str) -> Json:  # noqa: A002 - as in traces
    parsed = json.loads(arguments)
    return {"type": "function_call", "id": id, "name": name, "arguments": parsed}
