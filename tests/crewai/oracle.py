"""Compare what a server holds with the message lists that CrewAI meant.

Written against CrewAI's messages and the wire alone, so that a misreading in the
packages cannot excuse itself here. What the packages call synthetic they must have
recorded, step by step; everything else has to be in the list.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interactions_core.records.interactions import InteractionRecord
from interactions_core.stores import SessionStore
from interactions_core.transcript.steps import Step
from interactions_emulator import Emulator
from tests.contract.transcript_oracle import disagreement
from tests.crewai.witness import Log

Message = Mapping[str, Any]


def differences(log: Log, emulator: Emulator, store: SessionStore) -> list[str]:
    """Say where the server's context of a call differs from its list."""
    records = {
        entry.key: store.get(scope, entry.key) for scope, entry in store.ledger()
    }
    sizes = {
        row["interaction"]: len(row["body"]["input"])
        for row in emulator.requests()
        if row["status"] == 200
    }
    local = ""
    found: list[str] = []
    for asked in log.asked:
        if asked.reply is None:
            continue
        chain = list(_chain(records, asked.reply.interaction_id))
        synthetic = set(_synthetic(chain, [sizes[record.key] for record in chain]))
        steps = emulator.transcript(asked.reply.interaction_id)
        before = steps[: len(steps) - len(chain[-1].held)]
        context = [(step, i in synthetic) for i, step in enumerate(before)]
        said = disagreement(context, listed(asked.messages), glued=True, local=local)
        found.extend([f"{asked.role}: {said}"] if said else [])
        if any(step["type"] == "function_call" for step in chain[-1].held):
            local = asked.returned if isinstance(asked.returned, str) else local
    return found


def listed(messages: Sequence[Message]) -> list[Step]:
    """Read a message list: what the framework means, system texts left out."""
    instructions = set[str]()
    for message in messages:
        if message["role"] != "system":
            break
        instructions.add(message["content"])
    return [
        Step(wire, b"")
        for message in messages
        if message["role"] != "system" or message["content"] not in instructions
        for wire in _wires(message)
    ]


def _wires(message: Message) -> Iterator[dict[str, Any]]:
    content = message.get("content")
    match message["role"]:
        case "assistant":
            if content:
                yield {"type": "model_output", "content": _blocks(content)}
            for call in message.get("tool_calls") or ():
                function = call["function"]
                arguments = json.loads(function["arguments"])
                yield {
                    "type": "function_call",
                    "id": call["id"],
                    "name": function["name"],
                    "arguments": arguments,
                }
        case "tool":
            yield {
                "type": "function_result",
                "call_id": message["tool_call_id"],
                "result": content,
            }
        case _:
            if content:
                yield {"type": "user_input", "content": _blocks(content)}


def _blocks(content: Any) -> list[dict[str, Any]]:
    texts = [content] if isinstance(content, str) else [b["text"] for b in content]
    return [{"type": "text", "text": text} for text in texts]


def _chain(
    records: Mapping[str, InteractionRecord | None], key: str
) -> Iterator[InteractionRecord]:
    """Yield an interaction's ancestors on the server and itself, oldest first."""
    record = records[key]
    assert record is not None
    if record.parent_id:
        yield from _chain(records, record.parent_id)
    yield record


def _synthetic(
    chain: Sequence[InteractionRecord], sizes: Sequence[int]
) -> Iterator[int]:
    """Yield which steps of a chain's context were recorded as synthetic."""
    start = 0
    for record, size in zip(chain, sizes, strict=True):
        offset = start + size - len(record.sent)
        yield from (offset + i for i in record.synthetic)
        start += size + len(record.held)
