"""The vocabulary of options that all adapters share, as fields of a create body.

Pure. The API forgets system instruction, tools and generation config between turns:
everything here is sent every time, and only what is set.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import ConfigurationError
from interactions_core.options.foreign_names import NO_WORDS, refusal
from interactions_core.options.table import options_of_kind
from interactions_core.protocol.functions import declared, wire_name

GENERATION: Final = options_of_kind("generation")
"""Options that go into `generation_config`."""

TOP_LEVEL: Final = options_of_kind("body")
"""Options that are fields of the body."""

OF_CALLS: Final = ("tool_choice", "previous_interaction_id")
"""What a single call is given and a constructor is not."""

PER_CALL: Final = frozenset(
    {*options_of_kind("target", "generation", "body", "turn"), *OF_CALLS}
)
"""Options that a single call may override."""

CHOICES: Final[Mapping[str, str]] = {
    "auto": "auto",
    "any": "any",
    "required": "any",
    "none": "none",
    "validated": "validated",
}
"""Words for a tool choice, the API's and the frameworks', by what the API calls them."""


def check_names(
    owner: str,
    given: Iterable[str],
    known: Collection[str],
    *,
    instead: Mapping[str, str] = NO_WORDS,
) -> None:
    """Raise `ConfigurationError` for the first name that is not known.

    Args:
        owner: Whose options these are, for the message.
        given: The names in question.
        known: What there is.
        instead: What to do about options of other classes, see `foreign_names`.
    """
    for name in given:
        if name not in known:
            raise refusal(owner, name, known, instead=instead)


def target_of(options: Mapping[str, object]) -> tuple[str, str]:
    """Return which of `model` and `agent` is asked, as a pair for the body.

    Raises:
        ConfigurationError: Both or neither is given.
    """
    given = [key for key in ("model", "agent") if _is_set(options, key)]
    if len(given) != 1:
        state = "both are given" if given else "neither is given"
        msg = f"exactly one of `model` and `agent` is asked for one turn; {state}"
        raise ConfigurationError(msg)
    return given[0], str(options[given[0]]).removeprefix("models/")


def merge_call_options(
    options: Mapping[str, object], call: Mapping[str, object]
) -> JsonObject:
    """Lay the options of a call over those of a constructor.

    A call that names a model or an agent replaces whichever of them was set.
    """
    merged = {**options, **call}
    if call.get("model") or call.get("agent"):
        merged |= {name: call.get(name) for name in ("model", "agent")}
    return cast("JsonObject", merged)


def in_background(options: Mapping[str, object]) -> bool:
    """Let agents work in the background unless told otherwise: they take minutes.

    API: Deep Research refuses anything else, and an unstored run cannot be.
    """
    wanted = options.get("background")
    if wanted is None:
        return bool(options.get("agent")) and bool(options.get("store", True))
    return bool(wanted)


def may_answer_at_once(options: Mapping[str, object]) -> bool:
    """Tell whether whoever takes no background may be asked without it.

    Nobody has asked for the background that agents have by themselves: what they do
    without it is better than an error.
    """
    return options.get("background") in {None, "prefer"}


def settings_of(
    options: JsonObject,
    *,
    system_instruction: str,
    tools: Sequence[JsonObject],
    tool_choice: Json = None,
) -> dict[str, Json]:
    """Write the fields that are sent with every turn.

    Args:
        options: What is configured, overridden by what the call says.
        system_instruction: "" for none.
        tools: Declarations, flat functions beside built-in tools; functions go out
            under a name that the API takes.
        tool_choice: As the API takes it; `None` for no choice.

    Raises:
        ConfigurationError: A function cannot be declared.
    """
    generation = {key: options[key] for key in GENERATION if _is_set(options, key)}
    if tool_choice == "none" and not any(t.get("type") == "function" for t in tools):
        # The API lets nobody forbid built-in tools: they are left out.
        tools = ()
    if tool_choice is not None and tools:
        # The API refuses a choice where there is nothing to choose from.
        generation["tool_choice"] = tool_choice
    settings: dict[str, Json] = {}
    if system_instruction:
        settings["system_instruction"] = system_instruction
    if tools:
        settings["tools"] = [declared(tool) for tool in tools]
    if generation:
        settings["generation_config"] = generation
    fields = {key: options[key] for key in TOP_LEVEL if _is_set(options, key)}
    if "safety_settings" in fields:
        fields["safety_settings"] = safety_settings(fields["safety_settings"])
    if "response_modalities" in fields:
        fields["response_modalities"] = _lowered(fields["response_modalities"])
    return settings | fields


def _lowered(modalities: Json) -> Json:
    """Write modalities in small letters; capitals are Google's other API's."""
    if not isinstance(modalities, list | tuple):
        return modalities
    return [one.lower() if isinstance(one, str) else one for one in modalities]


def safety_settings(value: object) -> Json:
    """Write safety settings as a list of objects, as the API takes them.

    Args:
        value: The API's list, or Google's other form `{category: threshold}`, whose
            words are in capitals and begin with `HARM_CATEGORY_`.
    """
    if isinstance(value, Mapping):
        given = cast("Mapping[object, object]", value)
        return [
            {"type": _word(category), "threshold": _word(threshold)}
            for category, threshold in given.items()
        ]
    if isinstance(value, list | tuple):
        return [_safety(one) for one in cast("Sequence[object]", value)]
    return cast("Json", value)


def tool_choice_of(choice: str | Sequence[str], tools: Sequence[JsonObject]) -> Json:
    """Bring a tool choice into the API's form.

    Args:
        choice: A word of `CHOICES`, a function's name, or a list of names.
        tools: The declared tools.

    Raises:
        ConfigurationError: The choice names no declared function.
    """
    if isinstance(choice, str) and choice in CHOICES:
        return CHOICES[choice]
    names = [choice] if isinstance(choice, str) else list(choice)
    functions = [str(tool["name"]) for tool in tools if "name" in tool]
    for name in names:
        if name not in functions:
            known = ", ".join(functions) or "none"
            msg = f"tool_choice names {name!r}, which is not declared ({known})"
            raise ConfigurationError(msg)
    return {"allowed_tools": {"mode": "any", "tools": [*map(wire_name, names)]}}


def _safety(one: object) -> Json:
    if not isinstance(one, Mapping) or "category" not in one:
        return cast("Json", one)
    given = cast("Mapping[str, object]", one)
    rest = {key: _word(item) for key, item in given.items() if key != "category"}
    return {"type": _word(given["category"]), **rest}


def _word(value: object) -> str:
    word = str(getattr(value, "value", value)).lower()
    return word.removeprefix("harm_category_")


def _is_set(options: Mapping[str, object], key: str) -> bool:
    return options.get(key) is not None
