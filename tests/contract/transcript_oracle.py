"""The oracle: does what the server holds say what the framework's list says?

Independent of the planner: it compares step by step, and knows only the ways of
repeating a reply that matching declares.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from interactions_core.transcript.steps import Step

GLUE = "\nObservation:"

Entry: TypeAlias = tuple[Any, ...]
"""A step without what frameworks do not know of: ("model", text), ("call", …), …"""

Used: TypeAlias = tuple[int, int] | None
"""How many entries of the server and of the list go together."""


@dataclass(frozen=True)
class Allowance:
    """What a context may have beside the list.

    `invented` are the synthetic steps as JSON, `local` is what the framework was
    given instead of a call that its adapter answered.
    """

    invented: str
    glued: bool = False
    local: str | None = None


Rule: TypeAlias = Callable[[list[Entry], list[Entry], Allowance], Used]


def disagreement(
    context: Sequence[tuple[Mapping[str, Any], bool]],
    steps: Sequence[Step],
    *,
    glued: bool = False,
    local: str | None = None,
) -> str:
    """Say where a server's context differs from a list, "" if nowhere.

    Args:
        context: Steps, and whether they are recorded as synthetic.
        steps: What the framework's list says.
        glued: Whether the framework glues observations to replies.
        local: What was returned in place of the last call.
    """
    server = entries([step for step, synthetic in context if not synthetic])
    listed = entries([step.wire for step in steps])
    invented = json.dumps([step for step, synthetic in context if synthetic])
    allowed = Allowance(invented, glued, local)
    while server or listed:
        uses = (rule(server, listed, allowed) for rule in RULES)
        used = next(filter(None, uses), None)
        if used is None:
            return f"{server[:1]} for {listed[:1]}"
        del server[: used[0]], listed[: used[1]]
    return ""


def entries(steps: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Reduce steps to what they say; thoughts say nothing to a framework."""
    return [_entry(step) for step in steps if step["type"] != "thought"]


def _entry(step: Mapping[str, Any]) -> Entry:
    match step["type"]:
        case "function_call":
            return ("call", step["id"], step["name"], step["arguments"])
        case "function_result":
            failed = step.get("is_error", False)
            return ("result", step["call_id"], step["result"], failed)
        case "user_input":
            return ("user", step["content"])
        case _:
            return ("model", "".join(block["text"] for block in step["content"]))


def _equal(server: list[Entry], listed: list[Entry], _allowed: Allowance) -> Used:
    return (1, 1) if server[:1] == listed[:1] else None


def _joined(server: list[Entry], listed: list[Entry], _allowed: Allowance) -> Used:
    """One reply may say its text in several steps."""
    for count, said in enumerate(_texts(server), 1):
        if listed[:1] == [("model", said)]:
            return (count, 1)
    return None


def _glued(server: list[Entry], listed: list[Entry], allowed: Allowance) -> Used:
    """CrewAI's text loop: on the server the observation is input of its own."""
    for count, said in enumerate(_texts(server), 1):
        match server[count : count + 1], listed[:1]:
            case [("user", [{"text": rest}])], [("model", whole)]:
                if allowed.glued and said and whole == said + rest:
                    return (count + 1, 1) if rest.startswith(GLUE) else None
    return None


def _beside(server: list[Entry], listed: list[Entry], _allowed: Allowance) -> Used:
    """Known calls: the server keeps the text that the framework dropped."""
    count = len(_texts(server))
    kept = count > 0 and listed[:1] == server[count : count + 1]
    return (count, 0) if kept and listed[:1] and listed[0][0] == "call" else None


def _texts(server: list[Entry]) -> list[str]:
    """Return what the model says at the beginning, after each of its steps."""
    said = itertools.takewhile(lambda entry: entry[0] == "model", server)
    return list(itertools.accumulate(text for _, text in said))


def _told(_server: list[Entry], listed: list[Entry], allowed: Allowance) -> Used:
    """A result without its call is said in words."""
    match listed[:1]:
        case [("result", _, str(result), _)]:
            return (0, 1) if json.dumps(result)[1:-1] in allowed.invented else None
    return None


def _local(server: list[Entry], listed: list[Entry], allowed: Allowance) -> Used:
    """Answered locally: the list shows the result, the server got it as a result."""
    match server[:1], listed[:1]:
        case [("call", *_)], [("model", shown)] if shown == allowed.local:
            return (1, 1) if "function_result" in allowed.invented else None
    return None


RULES: tuple[Rule, ...] = (_equal, _joined, _glued, _beside, _told, _local)
