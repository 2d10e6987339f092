"""One scripted reply: its keys checked, and what they stand for."""

from typing import Any

from interactions_emulator.base.errors import ApiError, default_message
from interactions_emulator.base.fields import problem, read_fields
from interactions_emulator.base.media import make_audio, make_image, make_video
from interactions_emulator.base.payloads import JsonObject, is_object
from interactions_emulator.base.tool_kinds import TOOLS
from interactions_emulator.reply.annotations import citations_of
from interactions_emulator.reply.replies import FunctionCall, Reply
from interactions_emulator.reply.server_results import default_result
from interactions_emulator.reply.server_tools import ServerToolUse

_REPLY = {
    "text": str,
    "calls": list,
    "tools": list,
    "citations": list,
    "image": object,
    "video": object,
    "audio": object,
    "thought": object,
    "status": str,
    "error": dict,
    "errors": list,
    "steps": list,
    "hops": int,
    "arguments_chars": int,
    "wait_s": float,
    "delay_s": float,
    "delta_delay_s": float,
}
_CALL = {"name": str, "arguments": dict}
_ERROR = {
    "status": int,
    "message": str,
    "code": object,
    "shape": ("object", "front_end", "array", "sse"),
}
_USE_EXTRAS = frozenset({"result", "is_error", "name", "server_name", "arguments"})
_STATUSES = range(400, 600)
_MOST_HOPS = 100


def read_reply(value: object, place: str) -> JsonObject:
    """Check a reply.

    Raises:
        FieldError: A key is unknown or a value has the wrong type.
    """
    reply = read_fields(value, _REPLY, place)
    for call in reply.get("calls") or ():
        _require(read_fields(call, _CALL, f"{place} calls"), "name", place)
    for step in reply.get("steps") or ():
        _check_step(step, f"{place} steps")
    for use in reply.get("tools") or ():
        _check_use(use, f"{place} tools")
    for citation in reply.get("citations") or ():
        if not is_object(citation):
            raise problem(place=f"{place} citations", what="must be objects")
    if reply.get("hops") and (reply.get("calls") or reply["hops"] > _MOST_HOPS):
        raise problem(place, f"needs hops without calls, at most {_MOST_HOPS}")
    error = read_fields(reply.get("error") or {}, _ERROR, f"{place} error")
    if error.get("status", 400) not in _STATUSES:
        raise problem(place=place, what="needs an error status from 400 to 599")
    return reply


def to_reply(reply: JsonObject) -> Reply:
    """Build what is to be answered.

    Raises:
        ApiError: The reply is a refusal.
    """
    if reply.get("error"):
        raise _error(reply["error"])
    thought = reply.get("thought", True)
    steps = reply.get("steps")
    uses = tuple(_use(use) for use in reply.get("tools") or ())
    text = reply.get("text")
    cited = reply.get("citations")
    if cited is None:
        cited = citations_of(uses, text or "")
    return Reply(
        text=text,
        calls=tuple(_call(call) for call in reply.get("calls") or ()),
        server_tools=uses,
        citations=tuple(cited),
        media=_media(reply),
        thinking=thought is not False,
        thought=thought if isinstance(thought, str) else None,
        status=reply.get("status"),
        steps=None if steps is None else tuple(steps),
        errors=reply.get("errors") or [],
        hops=reply.get("hops", 0),
        arguments_chars=reply.get("arguments_chars", 0),
        wait_s=reply.get("wait_s"),
        delay_s=reply.get("delay_s", 0.0),
        delta_delay_s=reply.get("delta_delay_s", 0.0),
    )


def _media(reply: JsonObject) -> tuple[JsonObject, ...]:
    """Take content as it is given; `true` makes some."""
    makers = (("image", make_image), ("audio", make_audio), ("video", make_video))
    about = reply.get("text") or ""
    return tuple(
        {**reply[kind], "type": kind} if is_object(reply[kind]) else make(about, {})
        for kind, make in makers
        if reply.get(kind)
    )


def _use(use: JsonObject) -> ServerToolUse:
    """Read `{"google_search": {"queries": […], "result": …}}`."""
    tool, given = next(iter(use.items()))
    extras = {key: given[key] for key in given.keys() & _USE_EXTRAS}
    arguments = extras.get("arguments")
    if arguments is None:
        arguments = {key: v for key, v in given.items() if key not in extras}
    names: JsonObject = {"name": "run", "server_name": "server"}
    return ServerToolUse(
        tool=tool,
        arguments=arguments,
        result=extras.get("result", default_result(tool, arguments)),
        is_error=extras.get("is_error") is True,
        names=names | extras if tool == "mcp_server" else {},
    )


def _call(call: JsonObject) -> FunctionCall:
    return FunctionCall(call["name"], call.get("arguments") or {})


def _error(error: JsonObject) -> ApiError:
    status = error.get("status", 400)
    message = error.get("message", default_message(status))
    return ApiError(status, message, error.get("code"), error.get("shape", "object"))


def _check_use(use: object, place: str) -> None:
    names = ", ".join(TOOLS)
    if not is_object(use) or len(use) != 1 or next(iter(use)) not in TOOLS:
        raise problem(place, f"must be objects with one key of {names}")
    if not all(is_object(given) for given in use.values()):
        raise problem(place=place, what="must hold an object under the tool's type")


def _check_step(step: object, place: str) -> None:
    if not is_object(step):
        raise problem(place=place, what="must be objects")
    _require(step, "type", place)
    if "id" in step:
        _require(step, "id", place)
    needed = {"function_call": ("name",), "function_result": ("call_id",)}
    for key in needed.get(step["type"], ()):
        _require(step, key, place)


def _require(value: Any, key: str, place: str) -> None:  # noqa: ANN401  any JSON
    if not isinstance(value.get(key), str):
        raise problem(place, f"need a {key}")
