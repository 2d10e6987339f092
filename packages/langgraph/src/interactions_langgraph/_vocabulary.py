"""The words for options: other names that LangChain users know, and refusals.

Pure. An option of another chat model is either understood, or refused with the reason
and what to do instead; none is ignored.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from interactions_core.exceptions import ConfigurationError, unknown_option
from interactions_core.options import safety_settings
from interactions_langgraph._formats import response_format

ALIASES: Final = {
    "google_api_key": "api_key",
    "max_tokens": "max_output_tokens",
    "reasoning_effort": "thinking_level",
    "stop": "stop_sequences",
    "timeout": "timeout_s",
}
"""Other names of options, most of them those of `ChatGoogleGenerativeAI`."""

_PENALTY: Final = "the API has no penalties; say in the system message what to avoid"
_REFUSED: Final[Mapping[str, tuple[object, str]]] = {
    "cached_content": (
        None,
        (
            "this API has no explicit caching; it keeps the conversation itself, and "
            "repeated beginnings are cached without being asked"
        ),
    ),
    "candidate_count": (1, "the API gives one answer; call `batch` for more"),
    "client_args": (
        None,
        "hand `client=genai.Client(http_options=…)`, made with these arguments",
    ),
    "client_options": (None, "use `base_url` and `additional_headers`"),
    "code_execution": (False, "use tools=[{'type': 'code_execution'}]"),
    "convert_system_message_to_human": (
        False,
        "the API takes system messages; remove the option",
    ),
    "frequency_penalty": (None, _PENALTY),
    "logprobs": (False, "the API gives no log probabilities"),
    "media_resolution": (
        None,
        "the API takes a resolution for each picture or video and none for a call",
    ),
    "n": (1, "the API gives one answer; call `batch` for more"),
    "parallel_tool_calls": (
        True,
        "the API has no switch for it: a model calls in parallel where it sees fit",
    ),
    "presence_penalty": (None, _PENALTY),
    "response_logprobs": (False, "the API gives no log probabilities"),
    "thinking_budget": (
        None,
        (
            "the API has no budget of thought tokens; use `thinking_level`, and "
            "`max_output_tokens` for a limit that includes thoughts"
        ),
    ),
    "top_k": (
        None,
        (
            "it is no documented field of this API; use `top_p`, or, at your own risk, "
            "model_kwargs={'generation_config': {'top_k': …}}"
        ),
    ),
    "transport": ("rest", "there is only one, HTTP"),
}
"""Options that the API lacks: the value that changes nothing, and what to do."""

Expansion = Callable[[Any], Mapping[str, Any]]


def spelled(
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
    if name in _REFUSED:
        _refuse(owner, name, value)
        return {}
    if name in _EXPANSIONS:
        return {} if value is None else _EXPANSIONS[name](value)
    name = ALIASES.get(name, name)
    if name not in known:
        words = [*ALIASES, *_EXPANSIONS]
        near = difflib.get_close_matches(name, words, n=1, cutoff=0.8)
        raise unknown_option(owner, name, {*known, *near})
    return {name: value}


def _refuse(owner: str, name: str, value: object) -> None:
    neutral, reason = _REFUSED[name]
    if value is not None and value != neutral:
        msg = f"{owner} does not take {name!r}: {reason}"
        raise ConfigurationError(msg)


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
        msg = "of tool_config the API takes the function_calling_config only"
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
