"""Tell LangChain's usage callbacks of calls that were billed and raised.

LangChain counts at the end of a call that succeeded; of one that raised it tells its
handlers the error alone, whose `usage` any other handler may read.
"""

from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, Final

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    CallbackManager,
    CallbackManagerForLLMRun,
    Callbacks,
    UsageMetadataCallbackHandler,
)
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.runnables import RunnableConfig, ensure_config

from interactions_core.adapter import Turn, Usage
from interactions_core.exceptions import InteractionsError
from interactions_langgraph._messages.metadata import usage_of
from interactions_langgraph._model.identity import ModelIdentity

_Manager = CallbackManagerForLLMRun | AsyncCallbackManagerForLLMRun | None

_COUNTED: Final = "_usage_was_counted"


class CountingModel(ModelIdentity):
    """A model whose calls are counted also where LangChain names no run.

    It hands the run's callbacks to `_generate`, but not to `_stream`.
    """

    def generate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Generate as LangChain does; count what was billed if it raises."""
        with self._counting(callbacks, kwargs):
            return super().generate(messages, stop, callbacks, **kwargs)

    async def agenerate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        """Generate as LangChain does; count what was billed if it raises."""
        with self._counting(callbacks, kwargs):
            return await super().agenerate(messages, stop, callbacks, **kwargs)

    def stream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        """Stream as LangChain does; count what was billed if it raises."""
        with self._counting(ensure_config(config).get("callbacks"), kwargs):
            yield from super().stream(input, config, stop=stop, **kwargs)

    async def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        """Stream as LangChain does; count what was billed if it raises."""
        with self._counting(ensure_config(config).get("callbacks"), kwargs):
            said = super().astream(input, config, stop=stop, **kwargs)
            # LangChain's own is an async generator.
            async with aclosing(said) as chunks:  # pyright: ignore[reportArgumentType]
                async for chunk in chunks:
                    yield chunk

    @contextmanager
    def _counting(self, callbacks: Callbacks, call: dict[str, Any]) -> Generator[None]:
        try:
            yield
        except InteractionsError as error:
            manager = CallbackManager.configure(callbacks, self.callbacks)
            asked = call.get("model") or call.get("agent") or self.model or self.agent
            _count(manager.handlers, str(asked), error)
            raise


@contextmanager
def counting_errors(turn: Turn, run_manager: _Manager) -> Generator[None]:
    """Count what was billed before the call came to an error."""
    try:
        yield
    except InteractionsError as error:
        if run_manager is not None:
            _count(run_manager.handlers, turn.target[1], error)
        raise


def _count(
    handlers: Sequence[BaseCallbackHandler], name: str, error: InteractionsError
) -> None:
    """Count an error's usage once, however many calls it goes through."""
    if error.usage == Usage() or getattr(error, _COUNTED, False):
        return
    setattr(error, _COUNTED, True)
    message = AIMessage(
        content="",
        usage_metadata=usage_of(error.usage),
        response_metadata={"model_name": name},
    )
    result = LLMResult(generations=[[ChatGeneration(message=message)]])
    for handler in handlers:
        if isinstance(handler, UsageMetadataCallbackHandler):
            # Its own method: a subclass may take the call for one that succeeded.
            UsageMetadataCallbackHandler.on_llm_end(handler, result)
