"""`ChatInteractions`: a LangChain chat model whose conversations stay on the server."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, closing
from datetime import timedelta
from time import time
from typing import Any, Literal, Self

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr

from interactions_core.connection import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT_S,
    Connection,
)
from interactions_core.exceptions import ConfigurationError, unknown_option
from interactions_core.mirror import Mirror
from interactions_core.retention import DEFAULT_RETENTION_S
from interactions_core.running import Rules
from interactions_core.stores import SessionStore, open_store
from interactions_core.stores.opening import check_url
from interactions_core.turn import Reply, Turn
from interactions_langgraph._drivers import Drivers
from interactions_langgraph._graph import graph_run
from interactions_langgraph._replies import (
    PROVIDER,
    chunk_of,
    last_chunk_of,
    message_of,
)
from interactions_langgraph._settings import GENERATION, TOP_LEVEL, target_of
from interactions_langgraph._tools import Tool, declaration
from interactions_langgraph._turns import turn_of


class ChatInteractions(BaseChatModel):
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

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    model: str | None = None
    """A model's name, e.g. `"gemini-3.5-flash"`; exactly one of `model` and `agent`."""
    agent: str | None = None
    """A managed agent's name."""
    agent_config: dict[str, Any] | None = None
    environment: str | dict[str, Any] | None = None
    sessions: str | Any = None
    """A session store or its URL. `None`: the store of the graph's
    `InteractionsSaver`, or else `"memory:"`."""
    session_id: str = ""
    """The isolation scope: a tenant, a user. `thread_id` is added by itself."""
    store: bool = True
    """`False` keeps nothing on the server and sends everything with every call."""
    mirror: Mirror = "full"
    """What a session store opened by URL keeps of the content."""
    retention: timedelta = timedelta(seconds=DEFAULT_RETENTION_S)
    """How long the server keeps interactions: 55 days paid, 1 day on the free tier."""
    timeout_s: float = DEFAULT_TIMEOUT_S
    max_retries: int = Field(default=DEFAULT_MAX_RETRIES, ge=0)
    tools: list[Any] = Field(default_factory=list[Any])
    """Tools of every call, beside those of `bind_tools`."""
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    max_output_tokens: int | None = None
    thinking_level: str | None = None
    thinking_summaries: Literal["auto", "none"] | None = None
    response_modalities: list[str] | None = None
    service_tier: str | None = None
    labels: dict[str, str] | None = None
    safety_settings: list[dict[str, Any]] | None = None
    nudge: str = "Continue."
    """What is said when a message list ends with the model's own words."""
    api_key: SecretStr | None = None
    base_url: str | None = None
    api_version: str | None = None
    vertexai: bool | None = None
    project: str | None = None
    location: str | None = None
    client: Any = Field(default=None, exclude=True, repr=False)
    """A `google.genai.Client` to use instead; its owner closes it."""
    anchor_key: SecretStr | None = None
    """Signs what messages say of their interactions: chains then continue behind any
    checkpointer, in every process that knows the key, without a shared store."""
    trust_anchors: bool = False
    """Believe unsigned messages too; for programs with a single tenant."""

    _drivers: Drivers | None = PrivateAttr(default=None)
    _clock: Callable[[], float] = PrivateAttr(default=time)

    def __init__(self, **options: Any) -> None:
        known = type(self).model_fields
        for name in options:
            if name not in known:
                own = known.keys() - BaseChatModel.model_fields.keys()
                raise unknown_option(type(self).__name__, name, own)
        target_of(options)
        super().__init__(**options)
        self._check()

    @property
    def _llm_type(self) -> str:
        return "interactions"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        names = ("model", "agent", "store", "tools", *GENERATION, *TOP_LEVEL)
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def _get_ls_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = PROVIDER
        params["ls_model_name"] = kwargs.get("model") or self.model or self.agent or ""
        return params

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: Any = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind functions, pydantic classes and built-in tools for every call."""
        if tool_choice is not None:
            kwargs["tool_choice"] = tool_choice
        return self.bind(tools=[declaration(tool) for tool in tools], **kwargs)

    def adopt(
        self,
        interaction_id: str,
        messages: Sequence[BaseMessage],
        *,
        thread_id: str = "",
    ) -> None:
        """Declare that an interaction on the server holds exactly these messages.

        Calls whose list begins with them chain on it from now on. The messages end
        with the reply that the interaction gave.

        Args:
            interaction_id: What some other program got from the API.
            messages: The conversation up to and with its reply.
            thread_id: The LangGraph thread that will continue it.

        Raises:
            ConfigurationError: The messages do not end with a model's reply.
        """
        turn = self._turn(messages, {}, thread_id=thread_id)
        self._ready().sync.adopt(turn, self._store(), interaction_id)

    def close(self) -> None:
        """Close the connections of sync calls; the next call opens them again."""
        if self._drivers is not None:
            self._drivers.sync.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._drivers is not None:
            await self._drivers.awaited.close()

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
        turn = self._turn(messages, kwargs, stop)
        return _result(self._ready().sync.turn(turn, self._store()))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        turn = self._turn(messages, kwargs, stop)
        return _result(await self._ready().awaited.turn(turn, self._store()))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        turn = self._turn(messages, kwargs, stop)
        with closing(self._ready().sync.stream(turn, self._store())) as events:
            for event in events:
                chunk = _chunk(event)
                if chunk is None:
                    continue
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
        turn = self._turn(messages, kwargs, stop)
        async with aclosing(
            self._ready().awaited.stream(turn, self._store())
        ) as events:
            async for event in events:
                chunk = _chunk(event)
                if chunk is None:
                    continue
                if run_manager is not None:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    def _turn(
        self,
        messages: Sequence[BaseMessage],
        call: dict[str, Any],
        stop: list[str] | None = None,
        thread_id: str = "",
    ) -> Turn:
        return turn_of(
            {name: getattr(self, name) for name in type(self).model_fields},
            messages,
            call,
            stop=stop,
            thread_id=thread_id or graph_run().thread_id,
        )

    def _check(self) -> None:
        """Refuse now what the first call would refuse."""
        self._connection()
        if isinstance(self.sessions, str):
            check_url(self.sessions)

    def _store(self) -> SessionStore:
        sessions = self.sessions
        if sessions is None:
            sessions = graph_run().sessions or "memory:"
        store = open_store(sessions, mirror=self.mirror)
        if store.mirror != self.mirror and "mirror" in self.model_fields_set:
            msg = (
                f"mirror={self.mirror!r} has no effect: {store.url} was opened with "
                f"mirror={store.mirror!r}; give the option to whoever opens the store"
            )
            raise ConfigurationError(msg)
        return store

    def _ready(self) -> Drivers:
        with _making:
            if self._drivers is None:
                self._drivers = Drivers(self._connection(), self._rules())
            return self._drivers

    def _connection(self) -> Connection:
        key, anchor_key = self.api_key, self.anchor_key
        return Connection(
            api_key=key.get_secret_value() if key else None,
            base_url=self.base_url,
            api_version=self.api_version,
            vertexai=self.vertexai,
            project=self.project,
            location=self.location,
            client=self.client,
            timeout_s=self.timeout_s,
            anchor_key=anchor_key.get_secret_value().encode() if anchor_key else b"",
            trust_anchors=self.trust_anchors,
        )

    def _rules(self) -> Rules:
        return Rules(
            max_retries=self.max_retries,
            retention_s=self.retention.total_seconds(),
            clock=self._clock,
        )


_making = threading.Lock()


def _result(reply: Reply) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message_of(reply))])


def _chunk(event: Any) -> ChatGenerationChunk | None:
    return last_chunk_of(event) if isinstance(event, Reply) else chunk_of(event)
