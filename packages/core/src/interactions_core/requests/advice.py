"""Say what in a refused request models are known to refuse, and what to change.

Pure. The sources are in the guide to the service.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.counted import counted
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.agents import ANTIGRAVITY, family_of
from interactions_core.protocol.functions import ACCEPTED_BY_ALL
from interactions_core.protocol.server_names import server_name
from interactions_core.records.turn import Turn
from interactions_core.requests.ladder import may_change
from interactions_core.requests.refusal_texts import read_forms
from interactions_core.requests.settings import (
    FORMAT,
    TOOLS,
    is_strict,
    optional_field,
    schema_keywords,
)

_TOGETHER: Final = re.compile(
    r"include_server_side_tool_invocations|built-in tools with function calling"
    r"|(function calling|tool use) with a response mime type",
    re.IGNORECASE,
)
_SAMPLING: Final = ("temperature", "top_p", "top_k")
_NAMED: Final = 3
"""How many functions a sentence names."""

_MOST_FUNCTIONS: Final = 512

_Known = tuple[frozenset[str], str]
"""Something that models refuse: the points of live profiles that it is about, and how
it is said."""

_UNASKED: Final = frozenset({"others"})
"""What no live profile is about."""

_POINTS: Final = {
    FORMAT: frozenset({"schema-bounds", "schema-keywords", "schema-references"}),
    TOOLS: frozenset({"tool-keywords"}),
}


def advise(
    message: str, turn: Turn, plan: Plan, taken: Collection[str] = frozenset()
) -> str:
    """Return what to say beside a refusal that no other form was taken for.

    Args:
        message: What the service said.
        turn: What was asked.
        plan: What was refused last.
        taken: The points that live profiles have found answered, of this model here.

    Returns:
        Sentences; "" where the text says itself what is wrong, or nothing is known.
    """
    who = f"{turn.target[0]}s"
    if _TOGETHER.search(message):
        return _told_known(who, _tools(turn), frozenset())
    if not read_forms(message, turn.settings):
        return ""
    known = _told_known(who, _known(turn, plan), taken)
    said = (_told_forms(plan, turn), known, _told_unknown(turn, plan, taken))
    return " ".join(each for each in said if each)


def _told_known(who: str, found: Iterable[_Known], taken: Collection[str]) -> str:
    known = "; ".join(said for points, said in found if not points <= set(taken))
    return f"Of what it holds, {who} are known to refuse: {known}." if known else ""


def _told_unknown(turn: Turn, plan: Plan, taken: Collection[str]) -> str:
    if turn.store or plan.reason != "explicit" or "stateless-parent" in taken:
        return ""
    return (
        "Nobody knows whether `store=False` is taken beside a named parent: leave one "
        "of them out."
    )


def _told_forms(plan: Plan, turn: Turn) -> str:
    if plan.refused:
        forms = ", ".join(f"`{change}`" for change in plan.form)
        number = counted(len(plan.refused), "other form")
        return f"It was refused in {number} too ({forms})."
    if may_change(plan, turn):
        return ""
    why = "its tool choice is `validated` (`strict`)"
    if not is_strict(turn.settings):
        why = "its parent was named"
    return f"It was sent in no other form, because {why}."


def _known(turn: Turn, plan: Plan) -> Iterator[_Known]:
    yield from _schemas(turn.settings)
    yield from _tools(turn)
    yield from _servers(turn)
    yield from _options(turn.settings)
    yield from _pictures(turn, plan)


def _schemas(settings: Mapping[str, Json]) -> Iterator[_Known]:
    for place in (FORMAT, TOOLS):
        found = schema_keywords(settings, place)
        if found:
            yield (
                _POINTS[place],
                (
                    f"{', '.join(sorted(found))} in the schemas of `{place}` "
                    "(gemini-3.8-flash in September 2026; leave out what becomes that, "
                    "`ge=`, `max_length=`, `conlist`, tuples, defaults, and have pydantic "
                    "check it where the answer arrives)"
                ),
            )


def _tools(turn: Turn) -> Iterator[_Known]:
    model, settings = turn.target[1], turn.settings
    functions, others = _declared(settings)
    if functions and others:
        yield (
            frozenset({"builtin-beside-functions"}),
            (
                f"{_listed(others)} beside functions, {_listed(functions)} "
                "(gemini-3.6-flash and gemini-3.5-flash-lite in July 2026; "
                'combine_tools="separate" asks the built-in tools first, in a call of their '
                "own; or take gemini-3.5-flash)"
            ),
        )
    if functions and FORMAT in settings and model.startswith("gemini-2"):
        yield (
            frozenset({"format-beside-functions"}),
            (
                "a `response_format` beside functions (models before Gemini 3; take a newer "
                "one, or ask for the format in a last call without functions)"
            ),
        )
    if len(functions) > _MOST_FUNCTIONS:
        yield (
            _UNASKED,
            (
                f"{len(functions)} functions (more than {_MOST_FUNCTIONS}, and fewer "
                "where their schemas are large, in 2026; declare fewer)"
            ),
        )
    long = [name for name in functions if len(name) > ACCEPTED_BY_ALL]
    if long:
        yield (
            frozenset({"long-names"}),
            (
                f"function names of more than {ACCEPTED_BY_ALL} characters, {_listed(long)} "
                "(reported in 2025; rename them)"
            ),
        )


def _servers(turn: Turn) -> Iterator[_Known]:
    """Tell of MCP servers beside a model; for agents they are named as those want it."""
    kind, name = turn.target
    if kind != "model":
        return
    servers = _declared(turn.settings, "mcp_server")[0]
    if servers and name.startswith("gemini-") and not name.startswith("gemini-2"):
        yield (
            _UNASKED,
            (
                f"MCP servers, {_listed(servers)} (models since Gemini 3, as documented "
                "in August 2026; have an agent use them, or the framework call their "
                "tools)"
            ),
        )
    odd = [one for one in servers if server_name(one) != one]
    if odd:
        yield (
            _UNASKED,
            (
                f"MCP servers named otherwise than in small letters and digits, "
                f"{_listed(odd)} (agents, as documented in August 2026; rename them)"
            ),
        )


def _pictures(turn: Turn, plan: Plan) -> Iterator[_Known]:
    family = family_of(turn.target[1]) if turn.target[0] == "agent" else None
    if family is ANTIGRAVITY and any(map(_has_picture, plan.steps)):
        yield (
            _UNASKED,
            (
                "a picture (Antigravity, as documented in August 2026; describe it, or "
                "put the file into its environment)"
            ),
        )


def _options(settings: Mapping[str, Json]) -> Iterator[_Known]:
    sampling = [name for name in _SAMPLING if optional_field(settings, name)]
    if sampling:
        # A profile has asked a temperature only.
        only = sampling == ["temperature"]
        asked = frozenset({"sampling"}) if only else _UNASKED
        yield (
            asked,
            f"{_listed(sampling)} (announced for models after Gemini 3.7; leave it out)",
        )


def _declared(
    settings: Mapping[str, Json], type_: str = "function"
) -> tuple[list[str], list[str]]:
    """Return the names of tools of a type, functions mostly, and the types of others."""
    tools = settings.get(TOOLS)
    named: list[str] = []
    others: list[str] = []
    for tool in tools if isinstance(tools, list | tuple) else ():
        if isinstance(tool, Mapping):
            is_named = tool.get("type") == type_
            kind = named if is_named else others
            kind.append(str(tool.get("name" if is_named else "type")))
    return named, others


def _has_picture(step: JsonObject) -> bool:
    parts = step.get("content")
    return isinstance(parts, list) and any(
        isinstance(part, Mapping) and part.get("type") == "image" for part in parts
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
