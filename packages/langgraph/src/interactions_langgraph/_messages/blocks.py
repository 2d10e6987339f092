"""Steps of the API as content blocks of LangChain, in the provider's and its own form.

Pure. `"v0"` content is what programs on `ChatGoogleGenerativeAI` read: text as
strings, thoughts as `thinking`, pictures as `image_url`. `"v1"` content is
LangChain's standard blocks only.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from interactions_core.adapter import Json, JsonObject

OPAQUE: Final = "interaction_step"
"""Where a `non_standard` block keeps a step that LangChain has no block for."""

Version = Literal["v0", "v1"]
Block = dict[str, Any]

_CODE_CALL, _CODE_RESULT = "code_execution_call", "code_execution_result"
_NAMES: Final = {"code_execution": "code_interpreter", "google_search": "web_search"}
"""LangChain's names of tools that it knows; the others keep the API's."""


def thought_block(version: Version, text: str) -> Block:
    """Make a block of (a piece of) a thought's summary."""
    if version == "v1":
        return {"type": "reasoning", "reasoning": text}
    return {"type": "thinking", "thinking": text}


def signature_block(version: Version, signature: str) -> Block:
    """Make what merges a signature into the block of its thought."""
    if version == "v1":
        return {"type": "reasoning", "extras": {"signature": signature}}
    return {"type": "thinking", "signature": signature}


def media_block(block: JsonObject, version: Version = "v1") -> Block:
    """Turn a media block of the wire into LangChain's form."""
    data, mime_type = block.get("data"), block.get("mime_type")
    if version == "v0" and block["type"] == "image" and data and mime_type:
        # The only form of pictures that LangChain's translator for Gemini reads.
        url = f"data:{mime_type};base64,{data}"
        return {"type": "image_url", "image_url": {"url": url}}
    kind = "file" if block["type"] == "document" else block["type"]
    names = {"data": "base64", "uri": "url"}
    rest = {names.get(k, k): v for k, v in block.items() if k != "type"}
    return {"type": kind, **rest}


def server_block(step: JsonObject, version: Version) -> Block | None:
    """Show a step that ran on the server; it is information and asks for nothing.

    Returns:
        The block; `None` if content of that version has no place for it.
    """
    kind = str(step.get("type"))
    if version == "v0":
        return _code_block(kind, step)
    if kind.endswith("_call"):
        return _call_block(kind, step)
    if kind.endswith("_result"):
        return _result_block(step)
    return {"type": "non_standard", "value": {OPAQUE: dict(step)}}


def _call_block(kind: str, step: JsonObject) -> Block:
    own = str(step.get("name") or "")
    tool = kind.removesuffix("_call")
    block: Block = {
        "type": "server_tool_call",
        "id": str(step.get("id") or ""),
        "name": own or _NAMES.get(tool, tool),
        "args": _object(step.get("arguments")),
    }
    return _with_extras(block, step, {"type", "id", "name", "arguments", "signature"})


def _result_block(step: JsonObject) -> Block:
    block: Block = {
        "type": "server_tool_result",
        "tool_call_id": str(step.get("call_id") or ""),
        "status": "error" if step.get("is_error") else "success",
        "output": step.get("result"),
    }
    return _with_extras(block, step, {"type", "call_id", "result", "signature"})


def _with_extras(block: Block, step: JsonObject, told: set[str]) -> Block:
    kind = {"step": step["type"]}
    rest = {k: v for k, v in step.items() if k not in told and v is not None}
    return {**block, "extras": kind | rest}


def _code_block(kind: str, step: JsonObject) -> Block | None:
    """Write a code run as ChatGoogleGenerativeAI does."""
    if kind == _CODE_CALL:
        arguments = _object(step.get("arguments"))
        return {
            "type": "executable_code",
            "executable_code": str(arguments.get("code") or ""),
            "language": str(arguments.get("language") or "python"),
            "id": str(step.get("id") or ""),
        }
    if kind == _CODE_RESULT:
        return {
            "type": "code_execution_result",
            "code_execution_result": step.get("result"),
            # Gemini's enumeration: 1 is OUTCOME_OK, 2 is OUTCOME_FAILED.
            "outcome": 2 if step.get("is_error") else 1,
            "tool_call_id": str(step.get("call_id") or ""),
        }
    return None


def _object(value: Json) -> Block:
    return dict(value) if isinstance(value, Mapping) else {}
