"""What CrewAI is told of a call: each event once, whatever goes wrong."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from crewai.events.event_bus import crewai_event_bus
from crewai.events.types.llm_events import LLMCallFailedEvent, LLMCallType
from crewai.hooks.dispatch import HookAborted
from crewai.llms.base_llm import (
    LLMCallBlockedError,
    get_current_call_id,
    llm_call_context,
)
from crewai.utilities.exceptions.context_window_exceeding_exception import (
    LLMContextLengthExceededError,
)
from pydantic import PrivateAttr

from interactions_core.adapter import Lock, Reply, StreamEvent, Usage, UsageCounter
from interactions_core.adapter.options import OnEmpty
from interactions_core.exceptions import ContextLengthError, InteractionsError
from interactions_crewai._chunks import Chunks
from interactions_crewai._config import LLMOptions
from interactions_crewai._replies import about, usage_of
from interactions_crewai._turns import CallArguments
from interactions_crewai.errors import LocalAnswerError

_counting: Final = Lock()


@dataclass(slots=True)
class _Call:
    """A call that is going on, and what it was answered."""

    reply: Reply | None = None
    completed: bool = False


_current: ContextVar[_Call | None] = ContextVar("_current", default=None)


class AnnouncingLLM(LLMOptions):
    """An LLM that reports its calls to CrewAI's event bus, and counts their tokens."""

    # What an LLM makes of such an answer depends on what its stop words leave of it.
    _on_empty: ClassVar[OnEmpty] = "return"
    _counter: UsageCounter = PrivateAttr(default_factory=UsageCounter)

    @contextmanager
    def _announced(self, asked: CallArguments) -> Generator[None]:
        call = _Call()
        with llm_call_context(), self._clients.waits.begin(), _going_on(call):
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
                self._fail(exc, call, asked)
                raise LLMContextLengthExceededError(str(exc)) from exc
            # Every started event owes a last one, also for an interrupt.
            except BaseException as exc:
                if not call.completed:
                    self._fail(exc, call, asked)
                raise

    @contextmanager
    def _answering(self, reply: Reply) -> Generator[None]:
        """Count a reply, and have the event that ends its call describe it.

        An error of one that cannot be handed on carries what the reply took.
        """
        self._count(reply.usage, reply.interaction_id)
        call = _current.get()
        if call is not None:
            call.reply = reply
        try:
            yield
        except InteractionsError as error:
            error.usage = reply.usage
            raise

    @contextmanager
    def _counting_errors(self) -> Generator[None]:
        """Count what was billed before the API's answer came to an error."""
        try:
            yield
        except InteractionsError as error:
            name = getattr(error, "interaction_id", "")
            self._count(error.usage, name, successful=False)
            raise

    def _count(self, usage: Usage, name: str, *, successful: bool = True) -> None:
        """Add to CrewAI's own counts, for each answer once."""
        if self._counter.count(usage, name):
            with _counting:
                self._track_token_usage_internal(usage_of(usage))
                self._token_usage["successful_requests"] -= not successful

    def _fail(self, error: BaseException, call: _Call, asked: CallArguments) -> None:
        """Report a call that raises, and what it took.

        CrewAI's event has no field for that; `fingerprint_metadata` is for anything.
        """
        told: dict[str, Any] = {}
        if call.reply is not None:
            told["usage"] = usage_of(call.reply.usage) | about(call.reply)
        elif isinstance(error, InteractionsError) and error.usage != Usage():
            told["usage"] = usage_of(error.usage) | {
                "interaction_id": getattr(error, "interaction_id", ""),
                "status": getattr(error, "status", ""),
            }
        event = LLMCallFailedEvent(
            error=str(error) or type(error).__name__,
            model=self.model,
            call_id=get_current_call_id(),
            fingerprint_metadata=told or None,
            **asked.origin,
        )
        crewai_event_bus.emit(self, event=event)

    def _emit_call_completed_event(self, *args: Any, **kwargs: Any) -> None:
        call = _current.get()
        reply = call.reply if call else None
        if call is not None:
            call.completed = True
        if reply is not None:
            kwargs.setdefault("usage", usage_of(reply.usage) | about(reply))
            kwargs.setdefault("finish_reason", reply.status)
            kwargs.setdefault("response_id", reply.interaction_id or None)
        super()._emit_call_completed_event(*args, **kwargs)

    def _complete(self, response: Any, kind: LLMCallType, asked: CallArguments) -> None:
        self._emit_call_completed_event(
            response=response, call_type=kind, messages=asked.messages, **asked.origin
        )

    def _show(self, chunks: Chunks, event: StreamEvent, asked: CallArguments) -> None:
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


@contextmanager
def _going_on(call: _Call) -> Generator[None]:
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)
