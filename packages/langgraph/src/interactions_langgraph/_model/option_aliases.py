"""The words for options: other names that LangChain users know, and refusals.

Pure. An option of another chat model is either understood, or refused with the reason
and what to do instead; none is ignored.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from interactions_core.adapter.options import (
    FOREIGN,
    changes_nothing,
    refusal,
    safety_settings,
)
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.formats import response_format

ALIASES: Final = {name: word.ours for name, word in FOREIGN.items() if word.ours}
"""Other names of options, whose values are the same."""

_INSTEAD: Final = {
    "candidate_count": "the API gives one answer; call `batch` for more",
    "client_options": "use `base_url` and `additional_headers`",
    "default_headers": "use `additional_headers`",
    "default_metadata": "use `additional_headers`",
    "default_metadata_input": "use `additional_headers`",
    "n": "the API gives one answer; call `batch` for more",
    "top_k": (
        "it is no documented field of this API; use `top_p`, or, at your own risk, "
        "model_kwargs={'generation_config': {'top_k': …}}"
    ),
}
"""What LangChain's users do where core's advice is for everybody."""

Expansion = Callable[[Any], Mapping[str, Any]]


def normalize_options(
    owner: str, options: Mapping[str, Any], known: Collection[str]
) -> dict[str, Any]:
    """Write options under their own names.

    Args:
        owner: Who has the options, for errors.
        options: As the user wrote them.
        known: The names that exist.

    Raises:
        ConfigurationError: An option is unknown, is given under two names, or is one
            that the API does not have.
    """
    result: dict[str, Any] = {}
    written: dict[str, str] = {}
    for name, value in _with_schema(options).items():
        for key, item in _own(owner, name, value, known).items():
            if key in written and (item is not None and result[key] is not None):
                msg = f"{owner}: {written[key]!r} and {name!r} are one option; give one"
                raise ConfigurationError(msg)
            if key not in written or item is not None:
                result[key], written[key] = item, name
    return result


def _own(
    owner: str, name: str, value: Any, known: Collection[str]
) -> Mapping[str, Any]:
    if name not in known and ALIASES.get(name) in known:
        name = ALIASES[name]
    if name in _EXPANSIONS:
        return {} if value is None else _EXPANSIONS[name](value)
    if name in known:
        return {name: value}
    if changes_nothing(name, value):
        return {}
    raise refusal(owner, name, known, instead=_INSTEAD, understood=_EXPANSIONS)


def _with_schema(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Join MIME type and schema, which this API writes as one format."""
    names = ("response_mime_type", "response_schema", "response_json_schema")
    given = {name: options[name] for name in names if options.get(name) is not None}
    rest = {name: options[name] for name in options if name not in names}
    if not given:
        return rest
    schemas = [given[name] for name in names[1:] if name in given]
    if len(schemas) > 1 or rest.get("response_format") is not None:
        msg = f"{', '.join(given)} and response_format say one thing twice; give one"
        raise ConfigurationError(msg)
    mime_type = given.get("response_mime_type", "application/json")
    if mime_type not in {"application/json", "text/plain"}:
        msg = (
            f"the API has no response_mime_type {mime_type!r} for text; for one word "
            "of several use a schema with `enum`"
        )
        raise ConfigurationError(msg)
    wanted: dict[str, Any] = {"type": "text", "mime_type": mime_type}
    if schemas:
        wanted["schema"] = schemas[0]
    return {**rest, "response_format": wanted}


def _include_thoughts(value: Any) -> Mapping[str, Any]:
    return {"thinking_summaries": "auto" if value else "none"}


def _thinking_config(value: Any) -> Mapping[str, Any]:
    config = dict(value) if isinstance(value, Mapping) else value.model_dump()
    result: dict[str, Any] = {}
    for name, item in config.items():
        if item is not None:
            known = ("thinking_level", "thinking_summaries")
            result |= _own("thinking_config", name, _plain_lower(item), known)
    return result


def _tool_config(value: Any) -> Mapping[str, Any]:
    """Read Google's other form of a tool choice."""
    config = dict(value) if isinstance(value, Mapping) else value.model_dump()
    calling = config.get("function_calling_config") or {}
    if config.keys() - {"function_calling_config"}:
        msg = (
            "of tool_config the API takes the function_calling_config only; a place "
            "goes into its tool: {'type': 'google_maps', 'latitude': …, 'longitude': …}"
        )
        raise ConfigurationError(msg)
    mode = _plain_lower(calling.get("mode") or "auto")
    names = calling.get("allowed_function_names")
    if names:
        return {"tool_choice": {"allowed_tools": {"mode": mode, "tools": list(names)}}}
    return {"tool_choice": mode}


def _plain_lower(value: Any) -> Any:
    """Write a member of one of the SDK's enumerations as this API does."""
    value = getattr(value, "value", value)
    return value.lower() if isinstance(value, str) else value


_EXPANSIONS: Final[Mapping[str, Expansion]] = {
    "include_thoughts": _include_thoughts,
    "thinking_config": _thinking_config,
    "tool_config": _tool_config,
    "safety_settings": lambda value: {"safety_settings": safety_settings(value)},
    "response_format": lambda value: {"response_format": response_format(value)},
    "response_modalities": lambda value: {
        "response_modalities": [_plain_lower(one) for one in value]
    },
    "thinking_level": lambda value: {"thinking_level": _plain_lower(value)},
}
