"""Exported conversations, read back: what each form says, in one plain form.

Written against the documents of the forms, and apart from what writes them. A media
block is told by the hash of its bytes, or by its address.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

Said = tuple[Any, ...]
"""`("user", parts)`, `("model", parts)`, `("call", id, name, arguments)`, or
`("result", id, parts, is_error)`; a part is `("text", text)` or `("media", name)`."""

MEDIA: Final = frozenset({"image", "audio", "video", "document"})
_WORDS: Final = re.compile(
    r"\[[\w.+*/-]+(?: at ([^\s\]]+)| of \d+ bytes, SHA-256 ([0-9a-f]{64}))\]"
)
_MOVED: Final = re.compile(r"\[media in the result of .* \((.*)\):\]")


def sha_of(data: str) -> str:
    return hashlib.sha256(base64.b64decode(data)).hexdigest()


def from_steps(steps: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read the API's own steps: what a list of messages can say of them."""
    read: list[Said] = []
    for step in steps:
        match step["type"]:
            case "user_input":
                read.append(("user", _parts(map(_step_part, step["content"]))))
            case "model_output":
                read.append(("model", _parts(map(_step_part, step["content"]))))
            case "function_call":
                call = step["id"], step["name"], step["arguments"]
                read.append(("call", *call))
            case "function_result":
                said, failed = step["result"], step.get("is_error", False)
                read.append(("result", step["call_id"], _result(said), failed))
            case _:
                pass
    return _joined(read)


def _step_part(block: Mapping[str, Any]) -> Said:
    if block["type"] in MEDIA:
        known = block.get("sha256") or block.get("uri")
        return ("media", known or sha_of(block["data"]))
    return ("text", block["text"])


def _result(value: Any) -> list[Said]:
    if isinstance(value, str):
        return _parts([("text", value)])
    return _parts(map(_step_part, value))


def from_openai(messages: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read messages of chat completions."""
    read: list[Said] = []
    for message in messages:
        content = message["content"]
        if message["role"] == "user":
            parts = _parts(map(_openai_part, _listed(content)))
            read += _moved_back(read, parts) or [("user", parts)]
        elif message["role"] == "tool":
            text = _parts([("text", content)])
            read.append(("result", message["tool_call_id"], text, False))
        else:
            if content:
                read.append(("model", _parts([("text", content)])))
            for call in message.get("tool_calls", ()):
                function = call["function"]
                arguments = json.loads(function["arguments"])
                read.append(("call", call["id"], function["name"], arguments))
    return _joined(read)


def _moved_back(read: list[Said], parts: list[Said]) -> list[Said]:
    """Put media that stand behind their results back; leave others alone."""
    if not parts or not _MOVED.fullmatch(str(parts[0][1])):
        return []
    owner = -1
    for part in parts:
        if part[0] == "text":
            [name] = _MOVED.findall(part[1])
            owner = [i for i, said in enumerate(read) if said[:2] == ("result", name)][
                -1
            ]
        else:
            kind, call_id, said, failed = read[owner]
            read[owner] = (kind, call_id, [*said, part], failed)
    return [("nothing",)]


def _openai_part(block: Mapping[str, Any]) -> Said:
    match block:
        case {"type": "text", "text": text}:
            return ("text", text)
        case {"type": "image_url", "image_url": {"url": url}}:
            return ("media", _address(url))
        case {"type": "file", "file": {"file_data": url}}:
            return ("media", _address(url))
        case {"type": "input_audio", "input_audio": {"data": data}}:
            return ("media", sha_of(data))
        case _:
            raise AssertionError(block)


def from_responses(items: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read input items of Responses."""
    read: list[Said] = []
    for item in items:
        match item["type"]:
            case "message":
                role = "user" if item["role"] == "user" else "model"
                content = _listed(item["content"])
                read.append((role, _parts(map(_responses_part, content))))
            case "function_call":
                arguments = json.loads(item["arguments"])
                read.append(("call", item["call_id"], item["name"], arguments))
            case "function_call_output":
                output = _parts(map(_responses_part, _listed(item["output"])))
                read.append(("result", item["call_id"], output, False))
            case kind:
                raise AssertionError(kind)
    return _joined(read)


def _responses_part(block: Mapping[str, Any]) -> Said:
    match block:
        case {"type": "input_text" | "text", "text": text}:
            return ("text", text)
        case {"type": "input_image", "image_url": url}:
            return ("media", _address(url))
        case {"type": "input_file", "file_data": url} | {"file_url": url}:
            return ("media", _address(url))
        case _:
            raise AssertionError(block)


def from_anthropic(messages: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read messages of Anthropic's API."""
    read: list[Said] = []
    for message in messages:
        said: list[Mapping[str, Any]] = []
        for block in message["content"]:
            match block["type"]:
                case "tool_use":
                    call = block["id"], block["name"], block["input"]
                    read.append(("call", *call))
                case "tool_result":
                    parts = _parts(map(_anthropic_part, _listed(block["content"])))
                    failed = block.get("is_error", False)
                    read.append(("result", block["tool_use_id"], parts, failed))
                case _:
                    said.append(block)
        role = "user" if message["role"] == "user" else "model"
        if said:
            calls = [each for each in message["content"] if each["type"] == "tool_use"]
            at = len(read) - len(calls)
            read.insert(at, (role, _parts(map(_anthropic_part, said))))
    return _joined(read)


def _anthropic_part(block: Mapping[str, Any]) -> Said:
    match block:
        case {"type": "text", "text": text}:
            return ("text", text)
        case {"source": {"type": "base64", "data": data}}:
            return ("media", sha_of(data))
        case {"source": {"type": "url", "url": url}}:
            return ("media", url)
        case {"source": {"type": "text", "data": text}}:
            return ("media", sha_of(base64.b64encode(text.encode()).decode()))
        case _:
            raise AssertionError(block)


def from_langchain(messages: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read messages of LangChain through `messages_from_dict`."""
    from langchain_core.messages import messages_from_dict  # noqa: PLC0415

    read: list[Said] = []
    for message in messages_from_dict([dict(each) for each in messages]):
        parts = _parts(map(_langchain_part, _listed(message.content)))
        each: Any = message
        if message.type == "human":
            read.append(("user", parts))
        elif message.type == "tool":
            failed = each.status == "error"
            read.append(("result", each.tool_call_id, parts, failed))
        else:
            read.append(("model", parts))
            read += [
                ("call", call["id"], call["name"], call["args"])
                for call in each.tool_calls
            ]
            read += [
                ("call", call["id"], call["name"], json.loads(call["args"]))
                for call in each.invalid_tool_calls
            ]
    return _joined(read)


def _langchain_part(block: Mapping[str, Any]) -> Said:
    if block["type"] == "text":
        return ("text", block["text"])
    return ("media", block.get("url") or sha_of(block["base64"]))


READERS: Final[Mapping[str, tuple[str, Callable[[Any], list[Said]]]]] = {
    "steps": ("steps", from_steps),
    "openai": ("messages", from_openai),
    "responses": ("input", from_responses),
    "anthropic": ("messages", from_anthropic),
    "langchain": ("messages", from_langchain),
}
"""Where a line has a conversation, and what reads it."""


def read_back(line: Mapping[str, Any]) -> list[Said]:
    """Read a line of an export."""
    key, read = READERS[line["format"]]
    return read(line[key])


def _address(url: str) -> str:
    return sha_of(url.partition("base64,")[2]) if url.startswith("data:") else url


def _listed(content: Any) -> Sequence[Mapping[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _parts(parts: Iterable[Said]) -> list[Said]:
    """Join texts that follow each other; a medium that is told in words is one."""
    told: list[Said] = []
    for kind, value in (each for part in parts for each in _told(part)):
        if kind == "text" and told and told[-1][0] == "text":
            told[-1] = ("text", told[-1][1] + value)
        elif value:
            told.append((kind, value))
    return told


def _told(part: Said) -> Iterator[Said]:
    if part[0] != "text":
        yield part
        return
    at = 0
    for found in _WORDS.finditer(part[1]):
        yield ("text", part[1][at : found.start()])
        yield ("media", found[1] or found[2])
        at = found.end()
    yield ("text", part[1][at:])


def _joined(read: list[Said]) -> list[Said]:
    """Join what a model says in pieces, and leave out what says nothing."""
    joined: list[Said] = []
    for said in read:
        if said == ("nothing",) or (said[0] in {"user", "model"} and not said[1]):
            continue
        if said[0] == "model" and joined and joined[-1][0] == "model":
            joined[-1] = ("model", _parts([*joined[-1][1], *said[1]]))
        else:
            joined.append(said)
    return joined
