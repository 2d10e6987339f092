"""`InteractionsChatCompletionClient`: AutoGen on server-side sessions."""

import warnings
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import aclosing, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import time
from typing import Any, Never, Self, TypeVar, Unpack, cast

from autogen_core import CancellationToken, Component
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelInfo,
    RequestUsage,
    validate_model_info,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel, SecretStr

from interactions_autogen._cancellation import run_cancellable, stream_cancellable
from interactions_autogen._config import (
    OWNER,
    InteractionsClientConfig,
    info_of,
    read_options,
)
from interactions_autogen._event_log import (
    log_call,
    log_failure,
    log_stream_end,
    log_stream_start,
)
from interactions_autogen._options import ClientOptions
from interactions_autogen._replies import chunk_of, request_usage, result_of
from interactions_autogen._tokens import estimated_tokens
from interactions_autogen._tools import ToolChoice
from interactions_autogen._turns import CallArguments, turn_of
from interactions_core.adapter import (
    ClientPair,
    ClientPolicy,
    Connection,
    Lock,
    Reply,
    SessionStore,
    StreamEvent,
    Turn,
    Usage,
    UsageCounter,
    check_url,
    in_thread,
    in_worker,
    open_store,
)
from interactions_core.adapter.options import (
    check_mirror,
    check_unnamed,
    connection_from_options,
    policy_from_options,
    store_place,
    target_of,
)
from interactions_core.exceptions import ConfigurationError, InteractionsError

T = TypeVar("T")


class InteractionsChatCompletionClient(
    ChatCompletionClient, Component[InteractionsClientConfig]
):
    """A model client on Gemini's Interactions API.

    Each call sends only the messages that the server does not hold yet, and chains
    them on the interaction that holds the rest. What the server holds is known by
    content and `session_id`: one object serves all agents of a team, many teams,
    users and event loops at once, and nothing on it belongs to one conversation.

    `docs/autogen.md` has the table of options.

    Raises:
        ConfigurationError: An option is unknown or wrong, or both or neither of
            `model` and `agent` are given.
    """

    component_type = "model"
    component_config_schema = InteractionsClientConfig
    component_provider_override = f"interactions_autogen.{OWNER}"

    def __init__(self, *unnamed: Never, **options: Unpack[ClientOptions]) -> None:
        check_unnamed(OWNER, unnamed)
        self._client: object = options.pop("client", None)
        sessions = options.get("sessions")
        self._given_store: SessionStore | None = None
        if sessions is not None and not isinstance(sessions, str | Path | SecretStr):
            store_place("sessions", sessions)
            self._given_store = sessions
            del options["sessions"]
        self._config = read_options(cast("dict[str, Any]", options))
        self._begin()

    def _begin(self) -> None:
        self._options = {
            name: getattr(self._config, name)
            for name in type(self._config).model_fields
        }
        self._model_info = info_of(self._config.model_info, target_of(self._options)[1])
        validate_model_info(self._model_info)
        check_url(self._config.sessions)
        self._connection()
        self._clock: Callable[[], float] = time
        self._lock = Lock()
        self._counter = UsageCounter()
        self._store: SessionStore | None = None
        self._clients: ClientPair | None = None

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """Answer a message list; `extra_create_args` override the constructor."""
        call = CallArguments(
            [*messages], tools, tool_choice, json_output, extra_create_args or {}
        )
        return await run_cancellable(self._answer(call), cancellation_token)

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        include_usage: bool | None = None,
    ) -> AsyncGenerator[str | CreateResult]:
        """Answer a message list: pieces of text, then the result that `create` gives.

        The result has its usage in any case, whatever `include_usage` says.
        Thoughts are in the result only; AutoGen would show them as the answer.
        """
        call = CallArguments(
            [*messages], tools, tool_choice, json_output, extra_create_args or {}
        )
        stream = stream_cancellable(self._stream_answer(call), cancellation_token)
        async with aclosing(stream):
            async for item in stream:
                yield item

    def adopt(self, interaction_id: str, messages: Sequence[LLMMessage]) -> None:
        """Declare that an interaction on the server holds exactly these messages.

        Calls whose list begins with them chain on it from now on. The messages end
        with the reply that the interaction gave.

        Args:
            interaction_id: What some other program got from the API.
            messages: The conversation up to and with its reply.

        Raises:
            ConfigurationError: The messages do not end with a model's reply.
        """
        with closing(self._ready().sync) as sync:
            sync.adopt(
                self.read(CallArguments(messages)), self._sessions(), interaction_id
            )

    async def close(self) -> None:
        """Close the connections of this event loop; the next call opens them again."""
        if self._clients is not None:
            await self._clients.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def actual_usage(self) -> RequestUsage:
        """Return the tokens of all calls of this object, also of those that raised."""
        return request_usage(self._counter.total)

    def total_usage(self) -> RequestUsage:
        """Return the same as `actual_usage`: no answer comes from a local cache."""
        return request_usage(self._counter.total)

    @property
    def usage(self) -> Usage:
        """The tokens of all calls of this object, by kind; those of copies excluded."""
        return self._counter.total

    def count_tokens(
        self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()
    ) -> int:
        """Estimate locally what a list costs."""
        return estimated_tokens(messages, tools)

    def remaining_tokens(
        self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()
    ) -> int:
        """Estimate what is left of `token_limit`; less than nothing means too long."""
        return self._config.token_limit - estimated_tokens(messages, tools)

    @property
    def model_info(self) -> ModelInfo:
        """What AutoGen's agents take the model to be able to do."""
        return self._model_info

    @property
    def capabilities(self) -> ModelInfo:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return `model_info`, under the name that AutoGen has deprecated."""
        warnings.warn("use model_info", DeprecationWarning, stacklevel=2)
        return self._model_info

    def _to_config(self) -> InteractionsClientConfig:
        if self._client is not None:
            msg = (
                f"{OWNER}: a component cannot hold the object given as client=; "
                "give api_key, base_url and their kin instead"
            )
            raise ConfigurationError(msg)
        if self._given_store is None:
            return self._config
        return read_options(self._config.given() | {"sessions": self._given_store.url})

    @classmethod
    def _from_config(cls, config: InteractionsClientConfig) -> Self:
        return cls(**config.given())

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the options, the key among them; connections are opened anew."""
        config = self._to_config()
        return {"options": {k: v for k, v in config.given().items() if v is not None}}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self._client, self._given_store = None, None
        self._config = read_options(state["options"])
        self._begin()

    async def _answer(self, call: CallArguments) -> CreateResult:
        store = await self._open_store()
        turn = await in_worker(store, partial(self.read, call))
        with self._counting(turn):

            async def hand_on(reply: Reply) -> CreateResult:
                self._counter.count(reply.usage, reply.interaction_id)
                log_call(reply)
                return result_of(reply)

            return await self._ready().awaited.turn(turn, store, hand_on)

    async def _stream_answer(
        self, call: CallArguments
    ) -> AsyncGenerator[str | CreateResult]:
        async with aclosing(self.follow(call, result_of)) as said:
            async for event in said:
                if isinstance(event, CreateResult):
                    yield event
                elif text := chunk_of(event):
                    yield text

    def now(self) -> float:
        """Return the time by the clock that dates what is recorded."""
        return self._clock()

    def read(self, call: CallArguments) -> Turn:
        """Read a call as a turn of core."""
        return turn_of(self._options, call, self._model_info)

    async def follow(
        self, call: CallArguments, answered: Callable[[Reply], T], **changes: Any
    ) -> AsyncGenerator[StreamEvent | T]:
        """Take a turn: what a stream shows, then what `answered` makes of the reply.

        The reply is logged and counted before; where `answered` raises, it stays
        owed to the next call that asks the same. `changes` are fields of the turn.
        """
        store = await self._open_store()
        turn = await in_worker(store, partial(self.read, call))
        turn = replace(turn, **changes)
        with self._counting(turn, stream=True):

            async def hand_on(reply: Reply) -> T:
                self._counter.count(reply.usage, reply.interaction_id)
                log_stream_end(reply)
                return answered(reply)

            said = self._ready().awaited.stream(turn, store, hand_on)
            started = False
            async with aclosing(said):
                async for event in said:
                    if not started:
                        log_stream_start(turn)
                        started = True
                    yield event

    @contextmanager
    def _counting(self, turn: Turn, *, stream: bool = False) -> Generator[None]:
        """Count and report what a call took if it raises."""
        try:
            yield
        except InteractionsError as error:
            name = getattr(error, "interaction_id", "")
            if self._counter.count(error.usage, name):
                log_failure(turn, error, stream=stream)
            raise

    def _sessions(self) -> SessionStore:
        config = self._config
        if self._given_store is not None:
            was_given = "mirror" in config.model_fields_set
            check_mirror(self._given_store, config.mirror if was_given else None)
            return self._given_store
        with self._lock:
            if self._store is None:
                self._store = open_store(config.sessions, mirror=config.mirror)
            return self._store

    async def _open_store(self) -> SessionStore:
        """Return the session store; one that is not open yet is opened elsewhere."""
        if self._given_store is None and self._store is None:
            return await in_thread(self._sessions)
        return self._sessions()

    def _ready(self) -> ClientPair:
        with self._lock:
            if self._clients is None:
                self._clients = ClientPair(self._connection(), self._policy())
            return self._clients

    def _connection(self) -> Connection:
        return connection_from_options({**self._options, "client": self._client})

    def _policy(self) -> ClientPolicy:
        return policy_from_options(self._options, clock=self._clock)
