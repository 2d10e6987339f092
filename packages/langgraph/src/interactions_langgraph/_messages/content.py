"""Content blocks of LangChain messages as parts of canonical steps.

Pure. What a user says has a counterpart in the API or is refused by name; what a tool
gives that has none goes out as JSON; of what a model said only what it said counts.
So no list with calls and results is one that nobody can answer any more.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, cast

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from interactions_core.adapter import Part, log_fields, text_part
from interactions_core.exceptions import UnsupportedContentError
from interactions_langgraph._messages.blocks import OPAQUE
from interactions_langgraph._messages.json_values import json_text
from interactions_langgraph._messages.media import MEDIA, Block, media_of, without_data
from interactions_langgraph._messages.traceable import unpacked

logger = logging.getLogger(__name__)

_THOUGHTS: Final = frozenset(
    {
        "thinking",
        "redacted_thinking",
        "reasoning",
        "reasoning_content",
        "function_call_signature",
    }
)
"""Blocks that say nothing to whoever did not think them, wherever they stand."""

_PROVIDERS_OWN: Final = _THOUGHTS | {
    "tool_call",
    "tool_call_chunk",
    "tool_use",
    "input_json_delta",
    "function_call",
    "invalid_tool_call",
    "server_tool_call",
    "server_tool_call_chunk",
    "server_tool_result",
    "server_tool_use",
    "executable_code",
    "code_execution_result",
}
"""Blocks of a model's message that say nothing in a replay: calls are read from
`tool_calls`, thoughts and server-run tools are the business of who made them."""


def input_parts(message: BaseMessage) -> list[Part]:
    """Read what a user, or a program in the user's name, says.

    Raises:
        UnsupportedContentError: A block has no counterpart in the API.
    """
    if isinstance(message.content, str):
        return [text_part(message.content)]
    # API: an input without content is refused, an empty text is not.
    return [_quoted(block) for block in _without_silent(message.content)] or [
        text_part("")
    ]


def result_parts(message: BaseMessage) -> list[Part]:
    """Read what a tool gives; a block that the API has no place for goes as JSON."""
    if isinstance(message.content, str):
        return [text_part(message.content)]
    return [_result_part(block) for block in _without_silent(message.content)]


def output_parts(message: BaseMessage) -> list[Part]:
    """Read what a model's message says, without thoughts and calls.

    A block of another provider that says nothing here is left out, with a warning.
    """
    if isinstance(message.content, str):
        return [text_part(message.content)]
    return list(_output(message))


def _without_silent(content: Iterable[str | Block]) -> list[str | Block]:
    return [block for block in content if not _is_silent(block)]


def _is_silent(block: str | Block) -> bool:
    """Tell whether a block says nothing to anybody: a thought, a mark for a cache."""
    if isinstance(block, str):
        return False
    return _kind(block) in _THOUGHTS or set(block) == {"cachePoint"}


def _quoted(block: str | Block) -> Part:
    """Read what a user says; calls and runs of a model in it are quoted as JSON."""
    if not isinstance(block, str) and _kind(block) in _PROVIDERS_OWN:
        return text_part(json_text(block))
    return _part(block)


def _result_part(block: str | Block) -> Part:
    try:
        return _part(block)
    except UnsupportedContentError as exc:
        if isinstance(block, str) or _kind(unpacked(block)) not in MEDIA:
            return text_part(json_text(block))
        told = without_data(unpacked(block))
        return text_part(json_text({**told, "error": str(exc)}))


def _output(message: BaseMessage) -> Iterable[Part]:
    for block in message.content:
        if isinstance(block, str):
            yield text_part(block)
        elif _kind(block) not in _PROVIDERS_OWN and not _is_opaque(block):
            try:
                yield _part(block)
            except UnsupportedContentError as exc:
                yield from _translated(message, block, exc)


def _translated(
    message: BaseMessage, block: Block, problem: UnsupportedContentError
) -> Iterable[Part]:
    """Read a block as its provider's translator in LangChain does."""
    provider = message.response_metadata.get("model_provider")
    alone = AIMessage([dict(block)], response_metadata={"model_provider": provider})
    for standard in _blocks_of(alone):
        if _kind(standard) in _PROVIDERS_OWN:
            return
        try:
            yield _part(standard)
        except UnsupportedContentError:
            _warn(
                str(block.get("type")),
                str(provider or "another provider"),
                str(problem),
            )


@lru_cache(maxsize=256)
def _warn(kind: str, provider: str, problem: str) -> None:
    """Say once what is left out: the same messages come with every call."""
    logger.warning(
        "blocks of type %r in messages of a model (%s) are left out: %s",
        kind,
        provider,
        problem,
        extra=log_fields("blocks_left_out"),
    )


def _is_opaque(block: Block) -> bool:
    """Tell whether a block shows what LangChain has no content for: a step, a finish."""
    if block.get("type") == "refusal" and "finish_reason" in block.get("extras", {}):
        return True
    value = block.get("value")
    return isinstance(value, Mapping) and OPAQUE in value


def _part(block: str | Block) -> Part:
    if isinstance(block, str):
        return text_part(block)
    found = _known(block)
    if found is None:
        [standard, *_] = _blocks_of(HumanMessage([dict(block)])) or [block]
        found = _known(standard)
    if found is None:
        msg = (
            f"a content block of type {unpacked(block).get('type')!r} has no counterpart in the "
            "Interactions API; nothing was sent. Use text, image, audio, video or file."
        )
        raise UnsupportedContentError(msg)
    return found


def _known(block: Block) -> Part | None:
    """Read a block in a form that needs no translation; `None` for any other."""
    kind = block.get("type")
    if kind == "text":
        return text_part(str(block.get("text") or ""))
    if kind == "refusal":
        return text_part(str(block.get("refusal") or ""))
    if "text" in block and (kind == "text-plain" or block.get("source_type") == "text"):
        return text_part(str(block["text"]))
    inner = unpacked(block)
    return media_of(block) if inner is block else _known(inner)


def _kind(block: Block) -> str | None:
    kind = block.get("type")
    return kind if isinstance(kind, str) else None


def _blocks_of(message: BaseMessage) -> list[Block]:
    """Have LangChain translate the block of a message; its own if it cannot."""
    own = cast("list[Block]", message.content)
    try:
        return [cast("dict[str, Any]", block) for block in message.content_blocks]
    except (AttributeError, KeyError, TypeError, ValueError):
        # The translators take blocks for what their type says.
        return own
