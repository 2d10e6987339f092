"""The setup of each request: what stands before its list, without what it says. Pure.

System instruction, tools, response format and the other options go with every create. A
setup tells afterwards which of them changed, also where no content is kept. Each has a
mark, keyed with the secret of the store as those of outlines are; that of the
instruction is in the outline. Of tools and options the names are kept as well: those of
functions and of fields of the API, which are the program's and were not said.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import Json, canonical_hash
from interactions_core.records.labels import kept_name
from interactions_core.records.outlines import StepShape

_MARK_BYTES: Final = 8
"""Two marks are compared where two requests of one scope are, and nowhere else."""

_GENERATION: Final = "generation_config"
_NO_OPTIONS: Final = frozenset({"system_instruction", "tools", _GENERATION})

Named = tuple[tuple[str, str], ...]
"""Names, and the mark of what each stands for, in the order in which they were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is known of the setup of one request.

    Attributes:
        target: `model:NAME` or `agent:NAME`.
        digest: What the record says of instruction and tools; b"" for nothing.
        is_outlined: Whether the instruction is known, be it that there is none.
        instruction: Its shape; `None` for none.
        tools: In the order of the request; `None` for unknown.
        options: Response format, generation config and all else, a field each, by
            name; `None` for unknown.
        nearest: The earlier request that the list has most in common with, as the
            outline has it; "" for none.
    """

    target: str = ""
    digest: bytes = b""
    is_outlined: bool = False
    instruction: StepShape | None = None
    tools: Named | None = None
    options: Named | None = None
    nearest: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Written:
    """Names and their marks, as a store keeps them once for all that are equal.

    Attributes:
        mark: What names them in this store, hexadecimal; "" where there is none.
        body: JSON.
    """

    mark: str
    body: str


def write_setup(settings: Mapping[str, Json], secret: bytes) -> tuple[Written, Written]:
    """Write the tools and the options of a request.

    Args:
        settings: Fields of the create that go with every request.
        secret: What marks are keyed with.
    """
    tools = [(name, _mark(tool, secret)) for name, tool in _tools(settings)]
    options = [(name, _mark(each, secret)) for name, each in _options(settings)]
    return _written(tools, secret), _written(sorted(options), secret)


def read_named(
    marks: tuple[str, ...], place: int, bodies: Mapping[str, str]
) -> Named | None:
    """Read what `write_setup` has written.

    Args:
        marks: Those of a record; none where nothing is known.
        place: Which of them is meant.
        bodies: By mark.

    Returns:
        The names; `None` where they are not known.
    """
    if place >= len(marks):
        return None
    if not marks[place]:
        return ()
    body = bodies.get(marks[place])
    return (
        None if body is None else tuple((name, mark) for name, mark in json.loads(body))
    )


def _tools(settings: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    tools = settings.get("tools")
    if isinstance(tools, list | tuple):
        yield from ((kept_name(_name_of(tool)), tool) for tool in tools)


def _name_of(tool: Json) -> str:
    """Name a tool: a function by its name, what the server runs by its type."""
    if not isinstance(tool, Mapping):
        return "tool"
    kind, name = str(tool.get("type") or "tool"), str(tool.get("name") or "")
    return name if kind == "function" and name else f"{kind} {name}"


def _options(settings: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    own = {key: each for key, each in settings.items() if key not in _NO_OPTIONS}
    generation = settings.get(_GENERATION)
    if isinstance(generation, Mapping):
        own |= generation
    for name, value in own.items():
        if value is not None:
            yield kept_name(name), value


def _written(named: list[tuple[str, str]], secret: bytes) -> Written:
    if not named:
        return Written("", "")
    body = json.dumps(named, separators=(",", ":"))
    return Written(_keyed(body.encode(), secret), body)


def _mark(value: Json, secret: bytes) -> str:
    return _keyed(canonical_hash(value), secret)


def _keyed(value: bytes, secret: bytes) -> str:
    return hashlib.blake2b(
        value, key=secret, digest_size=_MARK_BYTES, person=b"setup"
    ).hexdigest()
