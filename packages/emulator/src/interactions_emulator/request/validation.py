"""Reads the body of a create, strictly, as the real server does.

Says nothing about the conversation: what may follow what is in `turn_rules`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from interactions_emulator.base import refusals
from interactions_emulator.base.models import is_known, nearest, runs_in_background
from interactions_emulator.base.payloads import JsonObject, Step, is_list, is_object
from interactions_emulator.request.formats import check_schema, read_outputs
from interactions_emulator.request.generation import check_generation_config
from interactions_emulator.request.inputs import read_input
from interactions_emulator.request.tools import check_tools

Platform: TypeAlias = Literal["gemini", "vertex"]

_KEYS: dict[str, type] = {
    "model": str,
    "agent": str,
    "input": object,
    "system_instruction": str,
    "tools": list,
    "generation_config": dict,
    "agent_config": dict,
    "response_format": object,
    "response_mime_type": str,
    "response_modalities": list,
    "store": bool,
    "stream": bool,
    "background": bool,
    "previous_interaction_id": str,
    "service_tier": str,
    "environment": object,
    "webhook_config": dict,
    "continuation_token": str,
    "labels": dict,
    "safety_settings": list,
}
_TYPE_NAMES = {str: "string", list: "an array", dict: "object", bool: "boolean"}
AGENT_MODEL = "gemini-3.7-flash"
"""What agents run on unless told otherwise (docs, Aug 2026)."""
_TIERS = ["flex", "standard", "priority", "deferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """A well-formed create for a model or an agent."""

    model: str
    """The model asked, or the one that the agent runs on."""
    input: list[Step]
    previous: str | None
    stream: bool
    store: bool
    tools: list[JsonObject]
    system_instruction: str
    generation_config: JsonObject
    response_format: JsonObject | None
    wants_json: bool = False
    """Whether the answer is to be JSON of any form."""
    outputs: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    """The modalities asked for beside text, each with its format."""
    service_tier: str
    continuation_token: str | None
    agent: str | None = None
    agent_config: JsonObject = field(default_factory=dict[str, Any])
    background: bool = False
    environment: str | JsonObject | None = None
    webhook_config: JsonObject | None = None
    sent: JsonObject = field(default_factory=dict[str, Any], repr=False)
    """The body as it came."""


def read_create(body: object, platform: Platform) -> CreateRequest:
    """Check a create body and return what the server works with.

    Raises:
        ApiError: The body is refused, with the recorded text where there is one.
    """
    if not is_object(body):
        raise refusals.syntax_error()
    _check_keys(body)
    model = _check_target(body)
    _check_background(body, model)
    _check_modes(body)
    tools: list[JsonObject] = body.get("tools") or []
    check_tools(tools, platform)
    config: JsonObject = body.get("generation_config") or {}
    check_generation_config(config, model, tools)
    return CreateRequest(
        model=model,
        input=_input(body),
        previous=body.get("previous_interaction_id"),
        stream=body.get("stream") is True,
        store=body.get("store") is not False,
        tools=tools,
        system_instruction=body.get("system_instruction") or "",
        generation_config=config,
        response_format=_response_format(body.get("response_format")),
        wants_json=_wants_json(body.get("response_format")),
        outputs=read_outputs(body),
        service_tier=_one_of(body.get("service_tier"), "service_tier", _TIERS),
        continuation_token=body.get("continuation_token"),
        agent=body.get("agent") or None,
        agent_config=body.get("agent_config") or {},
        background=body.get("background") is True,
        environment=_environment(body.get("environment")),
        webhook_config=body.get("webhook_config") or None,
        sent=body,
    )


def _check_keys(body: JsonObject) -> None:
    for key, value in body.items():
        if key not in _KEYS:
            raise refusals.unknown_parameter(key)
        if value is not None and not isinstance(value, _KEYS[key]):
            raise refusals.wrong_type(key, _TYPE_NAMES[_KEYS[key]])


def _check_target(body: JsonObject) -> str:
    model, agent = body.get("model"), body.get("agent")
    if bool(model) == bool(agent):
        raise refusals.no_target() if not model else refusals.two_targets()
    if agent:
        _check_agent(body, agent)
        return AGENT_MODEL
    if body.get("agent_config"):
        raise refusals.unknown_parameter(key="agent_config")
    name = str(model)
    if not is_known(name):
        raise refusals.unknown_model(name, nearest(name))
    return name


def _check_agent(body: JsonObject, agent: str) -> None:
    if "generation_config" in body:
        raise refusals.unknown_parameter(key="generation_config")
    if agent.startswith("deep-research") and body.get("background") is not True:
        raise refusals.needs_background()


def _check_background(body: JsonObject, model: str) -> None:
    background = body.get("background") is True
    if background and body.get("store") is False:
        raise refusals.needs_store()
    if background and not body.get("agent") and not runs_in_background(model):
        raise refusals.no_background(model)
    if body.get("webhook_config") and not background:
        raise refusals.invalid_argument(why="webhook_config needs background")
    if body.get("service_tier") != "deferred":
        return
    if not background or body.get("stream") is True:
        why = "the deferred tier needs background, and a create that does not stream"
        raise refusals.invalid_argument(why)


def _check_modes(body: JsonObject) -> None:
    if body.get("response_mime_type") and not body.get("response_format"):
        raise refusals.mime_type_alone()


def _input(body: JsonObject) -> list[Step]:
    if body.get("continuation_token") and body.get("input") is None:
        return []
    return read_input(body.get("input"))


def _environment(value: object) -> str | JsonObject | None:
    if value is None or isinstance(value, str) or is_object(value):
        return value or None
    raise refusals.wrong_type(place="environment", expected="string or object")


def _response_format(value: object) -> JsonObject | None:
    formats = value if is_list(value) else [value]
    for one in formats:
        if one is not None and not is_object(one):
            raise refusals.wrong_type(place="response_format", expected="object")
        if one and one.get("type", "text") == "text" and is_object(one.get("schema")):
            check_schema(one["schema"])
            return one
    return None


def _wants_json(value: object) -> bool:
    formats = value if is_list(value) else [value]
    kinds = [one.get("mime_type") for one in formats if is_object(one)]
    return "application/json" in kinds


def _one_of(value: str | None, key: str, supported: Collection[str]) -> str:
    if value is None:
        return "standard"
    if value not in supported:
        raise refusals.unsupported_value(value, key, list(supported))
    return value
