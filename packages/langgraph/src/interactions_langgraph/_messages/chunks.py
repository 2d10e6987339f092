"""Pieces of a message, as the answer comes.

A unary message is put together from the same pieces, so the two are equal by
construction. Ids and usage come once, with the last piece: LangChain joins strings
that come twice.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from interactions_core.adapter import (
    MEDIA_KINDS,
    ArgumentsDelta,
    CallStarted,
    JsonObject,
    MediaDelta,
    Reply,
    ServerStep,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
    pending_calls,
    visible_reply,
)
from interactions_langgraph._messages.blocks import (
    Block,
    Version,
    media_block,
    server_block,
    signature_block,
    thought_block,
)
from interactions_langgraph._messages.citations import annotations_of
from interactions_langgraph._messages.metadata import (
    PROVIDER,
    kwargs_of,
    metadata_of,
    refusal_of,
    usage_of,
)

_BlockKey = tuple[str, int, int]
"""Kind, step and count of a block: pieces with the same one are merged."""


@dataclass(slots=True)
class Chunks:
    """Turns the events of one answer into chunks.

    Attributes:
        version: The form of the content.
        agent: Whether a managed agent answers. It calls functions of its own, and
            only at the end it is known which calls are left for the client.
    """

    version: Version
    agent: bool = False
    _indexes: dict[_BlockKey, int] = field(default_factory=dict[_BlockKey, int])
    _media: int = 0

    def to_chunks(
        self, event: StreamEvent | list[AIMessageChunk]
    ) -> Iterator[ChatGenerationChunk]:
        """Yield what an event, or the end of a stream, adds to the message."""
        if isinstance(event, list):
            for chunk in event:
                yield ChatGenerationChunk(message=chunk)
            return
        chunk = self.to_chunk(event)
        if chunk is not None:
            yield ChatGenerationChunk(message=chunk)

    def to_chunk(self, event: StreamEvent) -> AIMessageChunk | None:
        """Return what an event adds to the message; `None` for nothing yet."""
        match event:
            case TextDelta(index=index, text=text):
                return self._text(text, ("text", index, self._media))
            case ThoughtDelta(index=index, text=text):
                block = thought_block(self.version, text)
                return self._block(block, ("thought", index, 0))
            case MediaDelta(index=index, block=media):
                self._media += 1
                block = media_block(media, self.version)
                return self._block(block, ("media", index, self._media))
            case ServerStep(index=index, step=step):
                return self._server(index, step)
            case CallStarted(index=index, call_id=call_id, name=name):
                return None if self.agent else self._call(index, call_id, name)
            case ArgumentsDelta(index=index, fragment=fragment):
                return None if self.agent else self._arguments(index, fragment)

    def last_chunks(self, reply: Reply) -> list[AIMessageChunk]:
        """Return what the reply that ends a stream adds to the message."""
        return [*self.end_chunks(reply)]

    def end_chunks(self, reply: Reply) -> Iterator[AIMessageChunk]:
        """Yield what is only known at the end, and the piece with the metadata."""
        yield from filter(None, self._late(reply.steps))
        if self.agent:
            yield from self._left_calls(reply.steps)
        refusal = refusal_of(reply)
        if refusal is not None and self.version == "v1":
            # In the provider's form LangChain reads it out of the metadata.
            yield self._content(refusal, ("refusal", 0, 0))
        yield AIMessageChunk(
            content=[] if self.version == "v1" else "",
            additional_kwargs=kwargs_of(reply),
            response_metadata=metadata_of(reply, self.version),
            usage_metadata=usage_of(reply.usage),
            chunk_position="last",
        )

    def _late(self, steps: Sequence[JsonObject]) -> Iterator[AIMessageChunk | None]:
        """Yield signatures, citations, and whatever a cut stream has not shown."""
        left, media = pending_calls(steps), 0
        for index, step in enumerate(steps):
            kind = step.get("type")
            if kind == "thought":
                yield self._signature(index, step)
            elif kind == "model_output":
                for block in _blocks(step):
                    media += block.get("type") in MEDIA_KINDS
                    yield self._annotations(block, ("text", index, media))
            elif kind == "function_call":
                if str(step.get("id")) not in left:
                    yield self._server(index, step)
            elif kind != "user_input" and ("server", index, 0) not in self._indexes:
                yield self._server(index, step)

    def _left_calls(self, steps: Sequence[JsonObject]) -> Iterator[AIMessageChunk]:
        for index, step in enumerate(visible_reply(steps)):
            if step.kind == "function_call":
                call = step.wire
                index_before = -1 - index
                yield self._call(index_before, str(call["id"]), str(call["name"]))
                arguments = json.dumps(call["arguments"], ensure_ascii=False)
                yield self._arguments(index_before, arguments)

    def _text(self, text: str, key: _BlockKey) -> AIMessageChunk:
        if self.version == "v0":
            return self._marked(text)
        return self._content({"type": "text", "text": text}, key)

    def _block(self, block: Block, key: _BlockKey) -> AIMessageChunk:
        if self.version == "v0" and key[0] != "thought":
            return self._marked([block])
        return self._content(block, key)

    def _server(self, index: int, step: JsonObject) -> AIMessageChunk | None:
        key = ("server", index, 0)
        block = server_block(step, self.version)
        self._index_of(key)
        return None if block is None else self._block(block, key)

    def _signature(self, index: int, step: JsonObject) -> AIMessageChunk | None:
        key = ("thought", index, 0)
        if key not in self._indexes or not step.get("signature"):
            return None
        signature = str(step["signature"])
        return self._content(signature_block(self.version, signature), key)

    def _annotations(self, block: JsonObject, key: _BlockKey) -> AIMessageChunk | None:
        annotations = annotations_of(block) if self.version == "v1" else []
        if not annotations:
            return None
        return self._content(
            {"type": "text", "text": "", "annotations": annotations}, key
        )

    def _call(self, index: int, call_id: str, name: str) -> AIMessageChunk:
        position = self._index_of(("call", index, 0))
        call = tool_call_chunk(name=name, args="", id=call_id, index=position)
        return self._called(call)

    def _arguments(self, index: int, fragment: str) -> AIMessageChunk:
        position = self._index_of(("call", index, 0))
        return self._called(tool_call_chunk(args=fragment, index=position))

    def _called(self, call: ToolCallChunk) -> AIMessageChunk:
        chunk = self._marked("" if self.version == "v0" else [dict(call)])
        chunk.tool_call_chunks = [call]
        return chunk

    def _content(self, block: Block, key: _BlockKey) -> AIMessageChunk:
        return self._marked([{**block, "index": self._index_of(key)}])

    def _marked(self, content: str | list[str | Block]) -> AIMessageChunk:
        """Say on a piece how its blocks are to be read; LangChain joins these words.

        Pieces of calls in the provider's form stay unmarked: LangChain's reader of
        Gemini's messages knows whole calls only.
        """
        marks: dict[str, str] = {}
        if self.version == "v1":
            marks = {"output_version": "v1"}
        elif content and not isinstance(content, str):
            marks = {"model_provider": PROVIDER}
        return AIMessageChunk(content=content, response_metadata=marks)

    def _index_of(self, key: _BlockKey) -> int:
        """Return the block's index in the whole message."""
        return self._indexes.setdefault(key, len(self._indexes))


def _blocks(step: JsonObject) -> list[JsonObject]:
    content = step.get("content")
    found = content if isinstance(content, list) else []
    return [block for block in found if isinstance(block, Mapping)]
