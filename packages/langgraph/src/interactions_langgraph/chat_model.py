"""`ChatInteractions`: a LangChain chat model whose conversations stay on the server."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from functools import partial
from typing import Any, Self

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from interactions_core.adapter import (
    ClientPair,
    Lock,
    Reply,
    SessionStore,
    Turn,
    in_worker,
)
from interactions_langgraph._messages.blocks import Version
from interactions_langgraph._messages.chunks import Chunks
from interactions_langgraph._messages.replies import message_of
from interactions_langgraph._model.answers import answer_function
from interactions_langgraph._model.errors import model_errors
from interactions_langgraph._model.fallbacks import check_fallbacks
from interactions_langgraph._model.formats import json_format
from interactions_langgraph._model.graph_run import current_run
from interactions_langgraph._model.structured import (
    Method,
    answer_parser,
    call_parser,
    check_request,
    shown_schema,
    with_parser,
)
from interactions_langgraph._model.suspension import (
    aget_reply,
    astream_reply,
    check_suspends,
    get_reply,
    stream_reply,
)
from interactions_langgraph._model.tools import Tool, declare
from interactions_langgraph._model.turns import turn_of
from interactions_langgraph._model.usage_callbacks import CountingModel, counting_errors


class ChatInteractions(CountingModel):
    """A chat model on Gemini's Interactions API.

    Each call sends only the messages that the server does not hold yet, and chains
    them on the interaction that holds the rest. What the server holds is known by
    content: an edited, trimmed or forked history continues from its last unchanged
    point or is sent anew, and one object serves any number of threads at once.

    Replies carry `interaction_id`, `previous_interaction_id`, `plan_reason`,
    `model_name` and `status` in `response_metadata`.

    Raises:
        ConfigurationError: An option is unknown, or both or neither of `model` and
            `agent` are given.
    """

    _clients: ClientPair | None = PrivateAttr(default=None)

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: Any = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind functions, classes, built-in tools and MCP servers for every call.

        Args:
            tools: In any form that LangChain, OpenAI, Anthropic or Google write.
            tool_choice: `"auto"`, `"any"`, `"required"`, `"none"`, `True`, a
                function's name, several names, or a provider's choice object.
            strict: `True` has calls obey their schemas (the API's mode `validated`,
                or `any` where a call is forced).
            kwargs: Other options of a call.

        Raises:
            ConfigurationError: The API would refuse a tool, or the choice.
        """
        declared = declare(tools)
        if strict and tool_choice in {None, "auto"}:
            tool_choice = "validated"
        if tool_choice is not None:
            kwargs["tool_choice"] = tool_choice
        return self.bind(tools=declared, **kwargs)

    def with_structured_output(
        self,
        schema: Any = None,
        *,
        method: Method = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        tools: Sequence[Tool] = (),
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Answer with an object of a schema.

        Args:
            schema: A pydantic class, a TypedDict, a dataclass, an Enum class, a type
                such as `list[Person]`, or a JSON schema, in OpenAI's wrapper too;
                `None` with `"json_mode"` only.
            method: `"json_schema"`: the API holds the answer to the schema;
                `"function_calling"`: a forced call; `"json_mode"`: any JSON.
            include_raw: Give `{"raw", "parsed", "parsing_error"}` and raise no parse
                error.
            strict: Changes nothing: the API always holds answers to their schema.
            tools: What else the model may use; a call of theirs is a parse error here.
            kwargs: Other options of a call.

        Raises:
            ConfigurationError: The API would refuse the schema, or `method` does not
                exist.
        """
        check_request(schema, method)
        kwargs["ls_structured_output_format"] = {
            "kwargs": {"method": method, "strict": strict},
            "schema": shown_schema(schema),
        }
        if method == "function_calling":
            function = answer_function(schema)
            kwargs |= {"tool_choice": function["name"]}
            model = self.bind_tools([function, *tools], **kwargs)
            parser = call_parser(schema, function["name"])
        else:
            wanted = json_format(schema if method == "json_schema" else None)
            kwargs |= {"response_format": wanted}
            model = self.bind_tools(tools, **kwargs) if tools else self.bind(**kwargs)
            parser = answer_parser(schema)
        return with_parser(model, parser, include_raw=include_raw)

    def with_fallbacks(
        self,
        fallbacks: Sequence[Runnable[LanguageModelInput, AIMessage]],
        **kwargs: Any,
    ) -> Any:
        """Refuse where an interrupt would be taken for an error of the model."""
        check_fallbacks(self, *fallbacks)
        return super().with_fallbacks(fallbacks, **kwargs)

    def adopt(
        self,
        interaction_id: str,
        messages: LanguageModelInput,
        *,
        thread_id: str = "",
    ) -> None:
        """Declare that an interaction on the server holds exactly these messages.

        Calls whose list begins with them chain on it from now on. The messages end
        with the reply that the interaction gave.

        Args:
            interaction_id: What some other program got from the API.
            messages: The conversation up to and with its reply, in any form that
                `invoke` takes.
            thread_id: The LangGraph thread that will continue it.

        Raises:
            ConfigurationError: The messages do not end with a model's reply.
        """
        with model_errors():
            read = self._convert_input(messages).to_messages()
            turn = self._turn(read, {}, thread_id=thread_id)
            self._ready().sync.adopt(turn, self._store(), interaction_id)

    def close(self) -> None:
        """Close the connections of sync calls; the next call opens them again."""
        if self._clients is not None:
            self._clients.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._clients is not None:
            await self._clients.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with model_errors():
            turn = self._turn(messages, kwargs, stop)
            store = self._open_store()
            with counting_errors(turn, run_manager):
                return get_reply(self._ready().sync, turn, store, self._result)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with model_errors():
            store = await self._aopen_store()
            turn = await self._aturn(store, messages, kwargs, stop)
            with counting_errors(turn, run_manager):
                return await aget_reply(
                    self._ready().awaited, turn, store, self._result
                )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with model_errors():
            turn = self._turn(messages, kwargs, stop)
            pieces = Chunks(self._version, agent=turn.target[0] == "agent")
            store = self._open_store()
            stream = stream_reply(self._ready().sync, turn, store, pieces.last_chunks)
            with counting_errors(turn, run_manager), closing(stream) as events:
                for event in events:
                    for chunk in pieces.to_chunks(event):
                        if run_manager is not None:
                            run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                        yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        with model_errors():
            store = await self._aopen_store()
            turn = await self._aturn(store, messages, kwargs, stop)
            pieces = Chunks(self._version, agent=turn.target[0] == "agent")
            stream = astream_reply(
                self._ready().awaited, turn, store, pieces.last_chunks
            )
            with counting_errors(turn, run_manager):
                async with aclosing(stream) as events:
                    async for event in events:
                        for chunk in pieces.to_chunks(event):
                            if run_manager is not None:
                                await run_manager.on_llm_new_token(
                                    chunk.text, chunk=chunk
                                )
                            yield chunk

    @property
    def _version(self) -> Version:
        return "v1" if self.output_version == "v1" else "v0"

    def _result(self, reply: Reply) -> ChatResult:
        message = message_of(reply, self._version)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _turn(
        self,
        messages: Sequence[BaseMessage],
        call: dict[str, Any],
        stop: list[str] | None = None,
        thread_id: str = "",
    ) -> Turn:
        around = current_run()
        turn = turn_of(
            self.__dict__,
            messages,
            call,
            stop=stop,
            thread_id=thread_id or around.thread_id,
            around=around,
        )
        check_suspends(turn)
        return turn

    async def _aturn(
        self,
        store: SessionStore,
        messages: Sequence[BaseMessage],
        call: dict[str, Any],
        stop: list[str] | None,
    ) -> Turn:
        around = current_run()
        read = partial(
            turn_of,
            self.__dict__,
            [*messages],
            call,
            stop=stop,
            thread_id=around.thread_id,
            around=around,
        )
        turn = await in_worker(store, read)
        check_suspends(turn)
        return turn

    def _open_store(self) -> SessionStore:
        store = self._ready().store = self._store()
        return store

    async def _aopen_store(self) -> SessionStore:
        store = self._ready().store = await self._astore()
        return store

    def _ready(self) -> ClientPair:
        """Return the clients with the options as they are; a copy may have others."""
        settings = (self._connection(), self._policy())
        with _making:
            if self._clients is None or not self._clients.is_made_of(*settings):
                self._clients = ClientPair(*settings)
            return self._clients


_making = Lock()
