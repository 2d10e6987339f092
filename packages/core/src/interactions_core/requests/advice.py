"""Say what in a refused request models are known to refuse, and what to change.

Pure. The sources are in the guide to the service.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from interactions_core.canonical import Json
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.functions import ACCEPTED_BY_ALL
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


_Known = tuple[frozenset[str], str]
"""Something that models refuse: the points of live profiles that it is about, and how
it is said."""

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
    if _TOGETHER.search(message):
        return _told_known(_tools(turn), frozenset())
    if not read_forms(message, turn.settings):
        return ""
    said = (_told_forms(plan, turn), _told_known(_known(turn), taken))
    return " ".join(each for each in said if each)


def _told_known(found: Iterable[_Known], taken: Collection[str]) -> str:
    known = "; ".join(said for points, said in found if not points <= set(taken))
    return f"Of what it holds, models are known to refuse: {known}." if known else ""


def _told_forms(plan: Plan, turn: Turn) -> str:
    if plan.refused:
        forms = ", ".join(f"`{change}`" for change in plan.form)
        return f"It was refused in {len(plan.refused)} other form(s) too ({forms})."
    if may_change(plan, turn):
        return ""
    why = "its tool choice is `validated` (`strict`)"
    if not is_strict(turn.settings):
        why = "its parent was named"
    return f"It was sent in no other form, because {why}."


def _known(turn: Turn) -> Iterator[_Known]:
    yield from _schemas(turn.settings)
    yield from _tools(turn)
    yield from _options(turn.settings)


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
    long = [name for name in functions if len(name) > ACCEPTED_BY_ALL]
    if long:
        yield (
            frozenset({"long-names"}),
            (
                f"function names of more than {ACCEPTED_BY_ALL} characters, {_listed(long)} "
                "(reported in 2025; rename them)"
            ),
        )


def _options(settings: Mapping[str, Json]) -> Iterator[_Known]:
    sampling = [name for name in _SAMPLING if optional_field(settings, name)]
    if sampling:
        # A profile has asked a temperature only.
        asked = frozenset({"sampling"} if sampling == ["temperature"] else {"others"})
        yield (
            asked,
            f"{_listed(sampling)} (announced for models after Gemini 3.7; leave it out)",
        )


def _declared(settings: Mapping[str, Json]) -> tuple[list[str], list[str]]:
    """Return the names of functions, and the types of other tools."""
    tools = settings.get(TOOLS)
    functions: list[str] = []
    others: list[str] = []
    for tool in tools if isinstance(tools, list | tuple) else ():
        if isinstance(tool, Mapping):
            is_function = tool.get("type") == "function"
            kind = functions if is_function else others
            kind.append(str(tool.get("name" if is_function else "type")))
    return functions, others


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
