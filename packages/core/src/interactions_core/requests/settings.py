"""Change the settings of a turn on the wire: their schemas, and fields left out.

Pure. A change of a form is called `CHANGE:PLACE`, for instance `bounds:tools`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.protocol.functions import short_name
from interactions_core.requests.schemas import keywords_of, strip_bounds, strip_keywords

BOUNDS: Final = "bounds"
KEYWORDS: Final = "keywords"
WITHOUT: Final = "without"
RENAMED: Final = "renamed"
"""Functions have names of at most 64 characters; those of the list stay as they are."""

FORMAT: Final = "response_format"
TOOLS: Final = "tools"
PLACES: Final = (FORMAT, TOOLS)
"""Settings that hold schemas."""

_GENERATION: Final = "generation_config"
_OF_FUNCTIONS: Final = frozenset({"function", "function_call", "function_result"})
_NEEDED: Final = frozenset(
    {
        *("system_instruction", TOOLS, FORMAT, _GENERATION, "agent_config"),
        *("environment", "webhook_config", "response_modalities", "tool_choice"),
        # What these are for happens unseen: what it costs, and what may be said.
        *("max_output_tokens", "service_tier", "safety_settings"),
    }
)
"""Settings without which something else would be asked, or paid."""

_SCHEMA_CHANGES: Final[Mapping[str, Callable[[Json], Json]]] = {
    BOUNDS: strip_bounds,
    KEYWORDS: strip_keywords,
}


def reshape_settings(
    settings: Mapping[str, Json], form: Sequence[str]
) -> dict[str, Json]:
    """Return the settings in a form.

    Args:
        settings: Body fields of a turn.
        form: Changes; those of the input change nothing here.
    """
    shaped = dict(settings)
    for change, place in (_parts(each) for each in form):
        if change in _SCHEMA_CHANGES and place in shaped:
            shaped[place] = _with_schemas(shaped[place], _SCHEMA_CHANGES[change])
        elif change == WITHOUT:
            shaped = _without(shaped, place)
        elif change == RENAMED:
            shaped = _renamed(shaped)
    return shaped


def with_short_name(step: JsonObject) -> JsonObject:
    """Return a call, a result or a declaration under a name that all models take."""
    name = step.get("name")
    if step.get("type") not in _OF_FUNCTIONS or not isinstance(name, str):
        return step
    short = short_name(name)
    return step if short == name else {**step, "name": short}


def optional_field(settings: Mapping[str, Json], name: str) -> str:
    """Return the path of an optional setting, by its name alone or with its place.

    Returns:
        "" if it is not set, or if the request would not be the same without it.
    """
    last = name.rpartition(".")[2]
    if last in _NEEDED:
        return ""
    if last in settings:
        return last
    generation = settings.get(_GENERATION)
    if isinstance(generation, Mapping) and last in generation:
        return f"{_GENERATION}.{last}"
    return ""


def schema_keywords(settings: Mapping[str, Json], place: str) -> frozenset[str]:
    """Return which keywords the schemas at a place have that may be refused."""
    found: set[str] = set()
    for schema in _schemas(settings.get(place)):
        found |= keywords_of(schema)
    return frozenset(found)


def is_strict(settings: Mapping[str, Json]) -> bool:
    """Tell whether calls were asked to obey the schemas to the letter."""
    generation = settings.get(_GENERATION)
    choice = generation.get("tool_choice") if isinstance(generation, Mapping) else None
    if isinstance(choice, Mapping):
        allowed = choice.get("allowed_tools")
        choice = allowed.get("mode") if isinstance(allowed, Mapping) else None
    return choice == "validated"


def _renamed(settings: Mapping[str, Json]) -> dict[str, Json]:
    """Rename functions where they are declared, and where they are chosen from."""
    shaped = dict(settings)
    tools, generation = settings.get(TOOLS), settings.get(_GENERATION)
    if isinstance(tools, list | tuple):
        shaped[TOOLS] = [
            with_short_name(tool) if isinstance(tool, Mapping) else tool
            for tool in tools
        ]
    choice = generation.get("tool_choice") if isinstance(generation, Mapping) else None
    allowed = choice.get("allowed_tools") if isinstance(choice, Mapping) else None
    names = allowed.get("tools") if isinstance(allowed, Mapping) else None
    if isinstance(names, list | tuple):
        short = [short_name(name) if isinstance(name, str) else name for name in names]
        # They are mappings, or there would be no names.
        whole = cast("JsonObject", allowed), cast("JsonObject", generation)
        chosen = {"allowed_tools": {**whole[0], "tools": short}}
        shaped[_GENERATION] = {**whole[1], "tool_choice": chosen}
    return shaped


def _parts(change: str) -> tuple[str, str]:
    kind, _, place = change.partition(":")
    return kind, place


def _without(settings: Mapping[str, Json], path: str) -> dict[str, Json]:
    outer, _, name = path.rpartition(".")
    if not outer:
        return {key: settings[key] for key in settings if key != name}
    whole = settings.get(outer)
    if not isinstance(whole, Mapping):
        return dict(settings)
    left = {key: whole[key] for key in whole if key != name}
    return {**settings, outer: left} if left else _without(settings, outer)


def _with_schemas(value: Json, change: Callable[[Json], Json]) -> Json:
    """Change the schemas of a response format, or of declared functions."""
    if isinstance(value, list | tuple):
        return [_with_schemas(each, change) for each in value]
    if not isinstance(value, Mapping):
        return value
    key = _key_of(value)
    return {**value, key: change(value[key])} if key in value else value


def _schemas(value: Json) -> Iterator[Json]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _schemas(each)
    elif isinstance(value, Mapping) and _key_of(value) in value:
        yield value[_key_of(value)]


def _key_of(value: JsonObject) -> str:
    return "parameters" if value.get("type") == "function" else "schema"
