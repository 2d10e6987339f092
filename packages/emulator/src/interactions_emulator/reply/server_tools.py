"""Tools that the server runs itself, as the steps they leave behind.

Only google_search was recorded; the other shapes are those of the SDK's types
(google-genai 3.4.0) and of third parties' live notes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from interactions_emulator.base.models import needs_signatures
from interactions_emulator.base.payloads import JsonObject, Step
from interactions_emulator.base.tool_kinds import step_name

GROUNDING = frozenset({"google_search", "google_maps", "retrieval"})
"""Tools whose uses are counted in `grounding_tool_count`."""

_NAMED = ("name", "server_name")
_WITH_ERROR_FLAG = frozenset({"google_search", "code_execution", "url_context"})
_WITHOUT_ARGUMENTS = frozenset({"file_search"})
# Seen live without a result (Aug 2026): what was found goes to the model only.
_WITHOUT_RESULT = frozenset({"file_search", "retrieval"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerToolUse:
    """One use of a tool by the server."""

    tool: str
    """Type of the declared tool."""
    arguments: JsonObject = field(default_factory=dict[str, Any])
    result: Any = None
    is_error: bool = False
    names: JsonObject = field(default_factory=dict[str, Any])
    """`name` and `server_name` of an MCP tool."""


def steps_of(
    use: ServerToolUse, call_id: str, model: str, sign: Callable[[], str]
) -> list[Step]:
    """Return the call and the result; both are signed from Gemini 3 on."""
    prefix = step_name(use.tool)
    signed = needs_signatures(model)
    call = _head("id", call_id, f"{prefix}_call", sign() if signed else None)
    result = _head("call_id", call_id, f"{prefix}_result", sign() if signed else None)
    named = {key: use.names[key] for key in _NAMED if key in use.names}
    return [call | named | _call_fields(use), result | named | _result_fields(use)]


def in_order(
    model: str, thought: list[Step], tools: list[Step], said: list[Step]
) -> list[Step]:
    """Put an answer's steps into the order recorded for the model's family.

    From Gemini 3 on tools come first. On 2.5 a search comes last; nothing else was
    recorded there, so other tools stand between thinking and answer.
    """
    if needs_signatures(model):
        return [*tools, *thought, *said]
    searches = [s for s in tools if str(s.get("type")).startswith("google_search")]
    others = [step for step in tools if step not in searches]
    return [*thought, *others, *said, *searches]


def is_server_step(step: Step) -> bool:
    """Whether the step is a server-run tool's call or result."""
    kind = str(step.get("type"))
    return kind.endswith(("_call", "_result")) and not kind.startswith("function_")


def _head(key: str, call_id: str, kind: str, signature: str | None) -> Step:
    signed = {} if signature is None else {"signature": signature}
    return {key: call_id, **signed, "type": kind}


def _call_fields(use: ServerToolUse) -> JsonObject:
    if use.tool in _WITHOUT_ARGUMENTS:
        return {}
    kinds: dict[str, JsonObject] = {
        "google_search": {"search_type": "web_search"},
        "retrieval": {"retrieval_type": "vertex_ai_search"},
    }
    return {"arguments": use.arguments} | kinds.get(use.tool, {})


def _result_fields(use: ServerToolUse) -> JsonObject:
    shown = use.tool not in _WITHOUT_RESULT or use.result is not None
    fields: JsonObject = {"result": use.result} if shown else {}
    flagged = use.tool in _WITH_ERROR_FLAG or use.is_error
    return fields | ({"is_error": use.is_error} if flagged else {})
