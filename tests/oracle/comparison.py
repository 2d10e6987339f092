"""The oracle: does what the server holds say what the framework's list says?

Independent of the packages: it compares step by step, and knows only the ways of
repeating a reply that matching declares. Each framework's folder has a reader that
makes entries of its message lists.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

GLUE: Final = "\nObservation:"

Entry: TypeAlias = tuple[Any, ...]
"""One thing that somebody said: ("model", text), ("call", id, name, arguments),
("result", call id, result, failed) or ("user", blocks)."""

Context: TypeAlias = Sequence[tuple[Mapping[str, Any], bool]]
"""Steps that a server holds, each with whether it is recorded as synthetic."""

Used: TypeAlias = tuple[int, int] | None
"""How many entries of the server and of the list go together."""


def text_or_block(block: Mapping[str, Any]) -> object:
    """Read a block of a user's input, text as its words."""
    return block["text"] if block["type"] == "text" else block


def as_it_is(value: object) -> object:
    return value


@dataclass(frozen=True)
class Reading:
    """How a reader writes the parts of an entry, so that wire steps are read alike."""

    block: Callable[[Mapping[str, Any]], object] = text_or_block
    result: Callable[[Any], object] = as_it_is
    arguments: Callable[[Any], object] = as_it_is


WIRE: Final = Reading()


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


def wire_entries(
    steps: Iterable[Mapping[str, Any]], reading: Reading = WIRE
) -> list[Entry]:
    """Reduce steps to what they say; thoughts say nothing to a framework."""
    return [_entry(step, reading) for step in steps if step["type"] != "thought"]


def _entry(step: Mapping[str, Any], reading: Reading) -> Entry:
    match step["type"]:
        case "function_call":
            arguments = reading.arguments(step["arguments"])
            return ("call", step["id"], step["name"], arguments)
        case "function_result":
            result, failed = reading.result(step["result"]), bool(step.get("is_error"))
            return ("result", step["call_id"], result, failed)
        case "user_input":
            return ("user", [reading.block(block) for block in step["content"]])
        case "model_output":
            return ("model", "".join(b.get("text", "") for b in step["content"]))
        case kind:
            raise TypeError(kind)


def answered(said: Iterable[Entry]) -> list[Entry]:
    """Leave out results that answer no call just before them: no API takes those."""
    kept: list[Entry] = []
    open_calls: set[str] = set()
    for item in said:
        if item[0] == "call":
            open_calls.add(item[1])
        elif item[0] == "result":
            if item[1] not in open_calls:
                continue
            open_calls.remove(item[1])
        else:
            open_calls = set()
        kept.append(item)
    return kept


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
            case [("user", [str(rest)])], [("model", whole)]:
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


EXACT: Final[tuple[Rule, ...]] = (_equal,)
TEXT_DROPPED: Final[tuple[Rule, ...]] = (_equal, _beside)
ALL: Final[tuple[Rule, ...]] = (_equal, _joined, _glued, _beside, _told, _local)


def disagreement(
    context: Context,
    listed: Iterable[Entry],
    rules: Sequence[Rule] = ALL,
    *,
    reading: Reading = WIRE,
    glued: bool = False,
    local: str | None = None,
) -> str:
    """Say where a server's context differs from a list, "" if nowhere.

    Args:
        context: Steps, and whether they are recorded as synthetic.
        listed: What the framework's list says.
        rules: In which ways the framework may repeat a reply.
        reading: How the list's entries were written.
        glued: Whether the framework glues observations to replies.
        local: What was returned in place of the last call.
    """
    server = wire_entries(
        (step for step, synthetic in context if not synthetic), reading
    )
    meant = list(listed)
    invented = json.dumps([step for step, synthetic in context if synthetic])
    allowed = Allowance(invented, glued, local)
    while server or meant:
        uses = (rule(server, meant, allowed) for rule in rules)
        used = next(filter(None, uses), None)
        if used is None:
            return f"{server[:1]} for {meant[:1]}"
        del server[: used[0]], meant[: used[1]]
    return ""
