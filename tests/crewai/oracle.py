"""Read CrewAI's message lists for the oracle.

Written against CrewAI's messages alone, so that a misreading in the packages cannot
excuse itself here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.oracle.comparison import Entry, disagreement
from tests.oracle.contexts import Contexts

Message = Mapping[str, Any]


def differences(log: Any, emulator: Any, store: Any) -> list[str]:
    """Say where the server's context of a call differs from its list."""
    contexts = Contexts(emulator, store)
    local = ""
    found: list[str] = []
    for asked in log.asked:
        if asked.reply is None:
            continue
        key = asked.reply.interaction_id
        context, meant = contexts.before(key), listed(asked.messages)
        said = disagreement(context, meant, glued=True, local=local)
        found.extend([f"{asked.role}: {said}"] if said else [])
        if contexts.calls_a_function(key) and isinstance(asked.returned, str):
            local = asked.returned
    return found


def listed(messages: Sequence[Message]) -> list[Entry]:
    """Read a message list: what the framework means, system texts left out."""
    instructions = set[str]()
    for message in messages:
        if message["role"] != "system":
            break
        instructions.add(message["content"])
    return [
        said
        for message in messages
        if message["role"] != "system" or message["content"] not in instructions
        for said in _said(message)
    ]


def _said(message: Message) -> Iterator[Entry]:
    content = message.get("content")
    match message["role"]:
        case "assistant":
            if content:
                yield ("model", "".join(_texts(content)))
            for call in message.get("tool_calls") or ():
                function = call["function"]
                arguments = json.loads(function["arguments"])
                yield ("call", call["id"], function["name"], arguments)
        case "tool":
            yield ("result", message["tool_call_id"], content, False)
        case _:
            if content:
                yield ("user", _texts(content))


def _texts(content: Any) -> list[str]:
    return [content] if isinstance(content, str) else [b["text"] for b in content]
