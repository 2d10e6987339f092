"""Turns a conversation into a request to an OpenAI-compatible server."""

from typing import Any

from interactions_emulator.answering.conversation import Conversation, result_text
from interactions_emulator.base.payloads import (
    JsonObject,
    Step,
    dump_text,
    is_list,
    is_object,
    text_of,
)

_SETTINGS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop_sequences": "stop",
    "max_output_tokens": "max_tokens",
}
_CHOICES = {"auto": "auto", "validated": "auto", "any": "required", "none": "none"}


def chat_request(conversation: Conversation, model: str) -> JsonObject:
    """Build the body of a chat completion."""
    request = conversation.request
    config = request.generation_config
    body: JsonObject = {"model": model, "messages": chat_messages(conversation)}
    body |= {
        theirs: config[ours]
        for ours, theirs in _SETTINGS.items()
        if config.get(ours) is not None
    }
    functions = conversation.functions
    if functions:
        body["tools"] = [_tool(function) for function in functions]
        body["tool_choice"] = _choice(config.get("tool_choice"))
    if request.response_format is None and request.wants_json:
        body["response_format"] = {"type": "json_object"}
    if request.response_format is not None:
        schema = {"name": "answer", "schema": request.response_format["schema"]}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def chat_messages(conversation: Conversation) -> list[JsonObject]:
    """Return the whole context as messages; thoughts and server tools stay out."""
    messages: list[JsonObject] = []
    if conversation.request.system_instruction:
        instruction = conversation.request.system_instruction
        messages.append({"role": "system", "content": instruction})
    for step in conversation.steps:
        _add(messages, step)
    return messages


def _add(messages: list[JsonObject], step: Step) -> None:
    kind = step.get("type")
    if kind == "user_input":
        messages.append({"role": "user", "content": _content(step.get("content"))})
    elif kind == "model_output":
        assistant = _assistant(messages)
        said = text_of(step.get("content"))
        assistant["content"] = "\n".join(filter(None, [assistant["content"], said]))
    elif kind == "function_call":
        _assistant(messages).setdefault("tool_calls", []).append(_call(step))
    elif kind == "function_result":
        content = result_text(step.get("result"))
        answer = {"role": "tool", "tool_call_id": step["call_id"], "content": content}
        messages.append(answer)


def _assistant(messages: list[JsonObject]) -> JsonObject:
    """Return the assistant's message that is still open, or begin one."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": ""})
    return messages[-1]


def _call(step: Step) -> JsonObject:
    arguments = dump_text(step.get("arguments") or {})
    function = {"name": step["name"], "arguments": arguments}
    return {"id": step["id"], "type": "function", "function": function}


def _content(content: object) -> Any:  # noqa: ANN401  a string or parts
    blocks = [one for one in content if is_object(one)] if is_list(content) else []
    if all(one.get("type") == "text" for one in blocks):
        return text_of(blocks)
    return [_part(one) for one in blocks]


def _part(block: JsonObject) -> JsonObject:
    kind, data = block.get("type"), block.get("data")
    if kind == "text":
        return {"type": "text", "text": block.get("text", "")}
    mime_type = str(block.get("mime_type") or "application/octet-stream")
    url = f"data:{mime_type};base64,{data}" if data else str(block.get("uri"))
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": url}}
    if kind == "audio" and data:
        form = mime_type.rpartition("/")[2]
        return {"type": "input_audio", "input_audio": {"data": data, "format": form}}
    return {"type": "file", "file": {"file_data": url, "filename": str(kind)}}


def _tool(function: JsonObject) -> JsonObject:
    shown = {
        "name": function["name"],
        "description": function.get("description") or "",
        "parameters": function.get("parameters") or {"type": "object"},
    }
    return {"type": "function", "function": shown}


def _choice(choice: object) -> str:
    mode = choice["allowed_tools"].get("mode") if is_object(choice) else choice
    return _CHOICES.get(str(mode), "auto")
