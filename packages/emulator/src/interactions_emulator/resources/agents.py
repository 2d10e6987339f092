"""The agents that can be asked, built in or custom, and what each refuses."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from interactions_emulator.base import refusals
from interactions_emulator.base.payloads import JsonObject, Step, is_list, is_object
from interactions_emulator.request.tools import check_tools
from interactions_emulator.request.validation import CreateRequest
from interactions_emulator.resources.environments import check_environment

Family: TypeAlias = Literal["deep-research", "antigravity"]

DEFAULT_BASE = "antigravity-preview-09-2026"
_FAMILIES: tuple[Family, ...] = ("deep-research", "antigravity")
"""Beginnings of the built-in names; the SDK's list of them grows every few months."""
_DEFINITION = {
    "id": str,
    "base_agent": str,
    "system_instruction": str,
    "description": str,
    "tools": list,
    "base_environment": object,
    "agent_config": dict,
}
_WORDS: dict[Family, dict[str, list[str]]] = {
    "deep-research": {
        "type": ["deep-research", "dynamic"],
        "thinking_summaries": ["auto", "none"],
        "visualization": ["auto", "off"],
    },
    "antigravity": {"type": ["antigravity", "dynamic"]},
}
_TYPES: dict[Family, dict[str, type]] = {
    "deep-research": {"collaborative_planning": bool, "enable_bigquery_tool": bool},
    "antigravity": {"max_total_tokens": int, "model": str},
}
_REFUSED_TOOLS: dict[Family, Collection[str]] = {
    "deep-research": {"function"},
    "antigravity": {"file_search", "computer_use", "google_maps"},
}
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_REFUSED_CONTENT = frozenset({"audio", "video", "document"})


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as a create finds it."""

    name: str
    base: str
    family: Family
    definition: JsonObject
    """What a custom agent adds; empty for the built-in ones."""


def family_of(name: str) -> Family | None:
    """Return the family of a built-in agent."""
    return next((one for one in _FAMILIES if name.startswith(one + "-")), None)


def find_agent(name: str, definition: JsonObject | None) -> Agent:
    """Return the agent of that name.

    Args:
        name: As the request gives it.
        definition: The caller's custom agent of that name, if there is one.

    Raises:
        ApiError: There is no such agent.
    """
    given = definition or {}
    base = given.get("base_agent") or (DEFAULT_BASE if given else name)
    family = family_of(base)
    if family is None:
        raise refusals.not_found()
    return Agent(name, base, family, given)


def prepare(request: CreateRequest, agent: Agent) -> CreateRequest:
    """Check a request to an agent and add what its definition says.

    Raises:
        ApiError: The agent does not take the request.
    """
    check_agent_config(request.agent_config, agent.family)
    request = _completed(request, agent)
    _check_tools(request, agent.family)
    if agent.family == "deep-research":
        _check_research(request)
    else:
        _check_managed(request)
    return request


def read_definition(body: JsonObject, platform: str) -> JsonObject:
    """Check the definition of a custom agent, as `POST /agents` gets it.

    Raises:
        ApiError: It is refused; the texts were never recorded for agents.
    """
    for key, value in body.items():
        if key not in _DEFINITION:
            raise refusals.unknown_parameter(key)
        if value is not None and not isinstance(value, _DEFINITION[key]):
            raise refusals.wrong_type(key, _DEFINITION[key].__name__)
    _check_id(body.get("id"))
    _check_base_environment(body.get("base_environment"))
    family = family_of(body.get("base_agent") or DEFAULT_BASE)
    if family is None:
        raise refusals.not_found()
    check_tools(body.get("tools") or [], platform)
    check_agent_config(body.get("agent_config") or {}, family)
    return {key: body[key] for key in _DEFINITION if body.get(key) is not None}


def check_agent_config(config: JsonObject, family: Family) -> None:
    """Refuse what the agent's family does not know.

    Raises:
        ApiError: A key or value is wrong.
    """
    words, types = _WORDS[family], _TYPES[family]
    for key, value in config.items():
        place = f"agent_config.{key}"
        if key not in words and key not in types:
            raise refusals.unknown_parameter(key, "agent_config")
        if value is None:
            continue
        if key in words and value not in words[key]:
            raise refusals.unsupported_value(value, place, words[key])
        if key in types and type(value) is not types[key]:
            raise refusals.wrong_type(place, types[key].__name__)


def _check_id(name: str | None) -> None:
    if not name:
        raise refusals.missing_key(key="id", place="agent")
    if family_of(name) is not None or not _ID.fullmatch(name):
        why = "the id belongs to a built-in agent, or has characters beside a-z0-9._-"
        raise refusals.invalid_argument(why)


def _check_base_environment(given: object) -> None:
    if is_object(given):
        check_environment(given, inline=True)
    elif given is not None and not isinstance(given, str):
        raise refusals.wrong_type(place="base_environment", expected="object")


def _completed(request: CreateRequest, agent: Agent) -> CreateRequest:
    given = agent.definition
    own: JsonObject = given.get("agent_config") or {}
    config = own | request.agent_config
    return replace(
        request,
        model=config.get("model") or request.model,
        tools=request.tools or given.get("tools") or [],
        system_instruction=request.system_instruction
        or given.get("system_instruction")
        or "",
        agent_config=config,
        environment=request.environment or given.get("base_environment"),
    )


def _check_tools(request: CreateRequest, family: Family) -> None:
    for tool in request.tools:
        if tool["type"] in _REFUSED_TOOLS[family]:
            why = f"{family} agents take no {tool['type']} tool"
            raise refusals.invalid_argument(why)


def _check_research(request: CreateRequest) -> None:
    if not request.background:
        raise refusals.needs_background()
    if request.system_instruction:
        why = "deep research takes no system_instruction"
        raise refusals.invalid_argument(why)


def _check_managed(request: CreateRequest) -> None:
    kinds = _content_kinds(request.input)
    functions = any(tool["type"] == "function" for tool in request.tools)
    wrong = {
        "a managed agent needs an environment": request.environment is None,
        "the agent takes no audio, video or documents": bool(kinds & _REFUSED_CONTENT),
        "functions need store:true": functions and not request.store,
    }
    for why, applies in wrong.items():
        if applies:
            raise refusals.invalid_argument(why)


def _content_kinds(steps: list[Step]) -> set[str]:
    contents = [step.get("content") for step in steps]
    blocks = [one for content in contents if is_list(content) for one in content]
    return {str(block.get("type")) for block in blocks if is_object(block)}
