"""What CrewAI is told of a call: each event once, whatever goes wrong."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from crewai.events.types.llm_events import LLMCallType
from crewai.hooks.dispatch import HookAborted
from crewai.llms.base_llm import LLMCallBlockedError, llm_call_context
from crewai.utilities.exceptions.context_window_exceeding_exception import (
    LLMContextLengthExceededError,
)

from interactions_core.exceptions import ContextLengthError, InteractionsError
from interactions_core.streaming import StreamEvent
from interactions_core.turn import Reply
from interactions_crewai._chunks import Chunks
from interactions_crewai._config import LLMOptions
from interactions_crewai._replies import about, usage_of
from interactions_crewai._turns import Asked

_counting: Final = threading.Lock()
_answering: ContextVar[Reply | None] = ContextVar("_answering", default=None)


class LocalAnswerError(InteractionsError):
    """A function that was run here gave no answer; CrewAI has announced that."""


class AnnouncingLLM(LLMOptions):
    """An LLM that reports its calls to CrewAI's event bus."""

    @contextmanager
    def _announced(self, asked: Asked) -> Generator[None]:
        with llm_call_context(), self._clients.waits.begin():
            self._emit_call_started_event(
                messages=asked.given,
                tools=asked.tools or None,
                callbacks=asked.callbacks,
                available_functions=asked.functions or None,
                **asked.origin,
            )
            try:
                yield
            except (HookAborted, LLMCallBlockedError) as denial:
                self._emit_call_denied_event(denial, **asked.origin)
                raise
            except LocalAnswerError:
                raise
            except ContextLengthError as exc:
                self._emit_call_failed_event(error=str(exc), **asked.origin)
                raise LLMContextLengthExceededError(str(exc)) from exc
            # Every started event owes a last one, also for an interrupt.
            except BaseException as exc:
                said = str(exc) or type(exc).__name__
                self._emit_call_failed_event(error=said, **asked.origin)
                raise

    @contextmanager
    def _answering(self, reply: Reply) -> Generator[None]:
        """Count a reply, and have the event that completes its call describe it."""
        with _counting:
            self._track_token_usage_internal(usage_of(reply.usage))
        token = _answering.set(reply)
        try:
            yield
        finally:
            _answering.reset(token)

    def _emit_call_completed_event(self, *args: Any, **kwargs: Any) -> None:
        reply = _answering.get()
        if reply is not None:
            kwargs.setdefault("usage", usage_of(reply.usage) | about(reply))
            kwargs.setdefault("finish_reason", reply.status)
            kwargs.setdefault("response_id", reply.interaction_id or None)
        super()._emit_call_completed_event(*args, **kwargs)

    def _complete(self, response: Any, kind: LLMCallType, asked: Asked) -> None:
        self._emit_call_completed_event(
            response=response, call_type=kind, messages=asked.messages, **asked.origin
        )

    def _show(self, chunks: Chunks, event: StreamEvent, asked: Asked) -> None:
        self._clients.waits.check()
        chunk = chunks.read(event)
        if chunk is None:
            return
        if chunk.thought:
            self._emit_thinking_chunk_event(chunk.text, **asked.origin)
            return
        kind = LLMCallType.TOOL_CALL if chunk.call else LLMCallType.LLM_CALL
        self._emit_stream_chunk_event(
            chunk.text, tool_call=chunk.call, call_type=kind, **asked.origin
        )
