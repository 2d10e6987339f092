"""`InteractionsLLM`: a CrewAI LLM whose conversations stay on the server."""

import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, aclosing, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

# The only way in for a class that checkpoints are to bring back.
from crewai.agents.agent_builder.base_agent import (
    _LLM_TYPE_REGISTRY,  # pyright: ignore[reportPrivateUsage]
)
from crewai.events.types.llm_events import LLMCallType
from crewai.llms.context_window import (
    GEMINI_CONTEXT_WINDOWS,
    resolve_context_window_size,
)
from pydantic import BaseModel

from interactions_core.adapter import (
    LocalAnswer,
    Reply,
    SessionStore,
    Turn,
    in_thread,
    in_worker,
    status_of,
)
from interactions_core.exceptions import (
    CutOffError,
    EmptyReplyError,
    InteractionsError,
)
from interactions_crewai._chunks import Chunks
from interactions_crewai._contexts import execution_context
from interactions_crewai._events import AnnouncingLLM
from interactions_crewai._replies import as_text, calls_of
from interactions_crewai._terminal_errors import as_terminal, is_final
from interactions_crewai._tokens import estimated_tokens
from interactions_crewai._turns import CallArguments, turn_of
from interactions_crewai.errors import LocalAnswerError

_WINDOW_TOKENS = 1_048_576


@dataclass(frozen=True, slots=True)
class Handed:
    """What a stream ends with, told apart from its events."""

    answer: Any


class InteractionsLLM(AnnouncingLLM):
    """A CrewAI LLM on Gemini's Interactions API.

    Each call sends only the messages that the server does not hold yet, and chains
    them on the interaction that holds the rest. What the server holds is known by
    content and `session_id`: one object serves any number of agents, crews, flows
    and threads at once, and no agent's session leaks into another's.

    `docs/crewai.md` has the table of options.

    Raises:
        ConfigurationError: An option is unknown or wrong, or both or neither of
            `model` and `agent` are given.
    """

    # CrewAI's signature.
    def call(  # noqa: PLR0917
        self,
        messages: Any,
        tools: Any = None,
        callbacks: Any = None,
        available_functions: Any = None,
        from_task: Any = None,
        from_agent: Any = None,
        response_model: type[BaseModel] | None = None,
    ) -> Any:
        """Answer a message list: a text, a list of tool calls, or a model."""
        asked = CallArguments(
            messages,
            tools or [],
            callbacks,
            available_functions or {},
            from_task,
            from_agent,
            response_model,
        )
        with self._announced(asked), self._raising_terminal():
            turn = self._turn(asked)
            with (
                self._raising_terminal(run=turn.background),
                self._counting_until_answered() as ended,
            ):
                return self._ask(
                    turn, asked, lambda reply: self._answer(turn, ended(reply), asked)
                )

    # CrewAI's signature.
    async def acall(  # noqa: PLR0917
        self,
        messages: Any,
        tools: Any = None,
        callbacks: Any = None,
        available_functions: Any = None,
        from_task: Any = None,
        from_agent: Any = None,
        response_model: type[BaseModel] | None = None,
    ) -> Any:
        """Answer a message list without blocking the event loop."""
        asked = CallArguments(
            messages,
            tools or [],
            callbacks,
            available_functions or {},
            from_task,
            from_agent,
            response_model,
        )
        with self._announced(asked), self._raising_terminal():
            store = await self._astore()
            turn = await self._aturn(store, asked)
            with (
                self._raising_terminal(run=turn.background),
                self._counting_until_answered() as ended,
            ):

                async def hand_on(reply: Reply) -> Any:
                    answer = partial(self._answer, turn, ended(reply), asked)
                    # What is called may block.
                    return await in_thread(answer) if asked.functions else answer()

                return await self._aask(turn, store, asked, hand_on)

    # CrewAI would repeat whole calls after a 429; core has retried by then.
    call._crewai_rate_limit_wrapped = True  # pyright: ignore[reportFunctionMemberAccess]  # noqa: SLF001
    acall._crewai_rate_limit_wrapped = True  # pyright: ignore[reportFunctionMemberAccess]  # noqa: SLF001

    def adopt(self, interaction_id: str, messages: Any) -> None:
        """Declare that an interaction on the server holds exactly these messages.

        Calls whose list begins with them chain on it from now on.

        Args:
            interaction_id: What some other program got from the API.
            messages: The conversation up to and with the reply that it gave.

        Raises:
            ConfigurationError: The messages do not end with a model's reply.
        """
        asked = CallArguments(messages, [], None, {}, None, None, None)
        asked.messages = self._format_messages(messages)
        self._ready().sync.adopt(self._as_turn(asked), self._store(), interaction_id)

    def supports_function_calling(self) -> bool:
        """Return whether tools go to the API as such; agents bring their own."""
        return self.agent is None

    def supports_multimodal(self) -> bool:
        """Return whether messages may carry files."""
        return True

    def get_context_window_size(self) -> int:
        """Return how many tokens CrewAI may fill before it compacts."""
        return resolve_context_window_size(
            self.model, GEMINI_CONTEXT_WINDOWS, default=_WINDOW_TOKENS
        )

    def get_input_tokens_count(
        self, messages: Any, tools: Any = None, response_model: Any = None
    ) -> int:
        """Estimate what a request takes, without one."""
        return estimated_tokens(messages, tools)

    def _turn(self, asked: CallArguments) -> Turn:
        asked.messages = self._format_messages(asked.given)
        self._invoke_before_llm_call_hooks(asked.messages, asked.agent)
        return self._as_turn(asked)

    async def _aturn(self, store: SessionStore, asked: CallArguments) -> Turn:
        format_ = partial(self._format_messages, asked.given)
        asked.messages = await in_worker(store, format_)
        self._invoke_before_llm_call_hooks(asked.messages, asked.agent)
        return await in_worker(store, partial(self._as_turn, asked))

    def _as_turn(self, asked: CallArguments) -> Turn:
        # Where pydantic keeps fields; asking for each by name takes ten times as long.
        options = self.__dict__
        return turn_of(
            options, asked, stop=self.stop_sequences, context=execution_context()
        )

    @contextmanager
    def _counting_until_answered(self) -> Generator[Callable[[Reply], Reply]]:
        """Count what errors carry; what is done with the answer is the caller's."""
        with ExitStack() as counting:
            counting.enter_context(self._counting_errors())

            def ended(reply: Reply) -> Reply:
                counting.close()
                return reply

            yield ended

    @contextmanager
    def _raising_terminal(self, *, run: bool = False) -> Generator[None]:
        """Keep CrewAI from asking, and paying, again for what comes to the same.

        Of a run in the background that goes for every error.
        """
        try:
            yield
        except (InteractionsError, ValueError) as error:
            stop = as_terminal(error, self.model) if run or is_final(error) else error
            if stop is error:
                raise
            raise stop from error

    def _ask(
        self, turn: Turn, asked: CallArguments, hand_on: Callable[[Reply], Any]
    ) -> Any:
        client = self._ready().sync
        if not self._effective_stream():
            return client.turn(turn, self._store(), hand_on)
        chunks, answer = Chunks(turn.own_names), None
        said = client.stream(turn, self._store(), lambda reply: Handed(hand_on(reply)))
        with closing(said) as events:
            for event in events:
                if isinstance(event, Handed):
                    answer = event.answer
                else:
                    self._show(chunks, event, asked)
        return answer

    async def _aask(
        self,
        turn: Turn,
        store: SessionStore,
        asked: CallArguments,
        hand_on: Callable[[Reply], Awaitable[Any]],
    ) -> Any:
        client = self._ready().awaited
        if not self._effective_stream():
            return await client.turn(turn, store, hand_on)

        async def handed(reply: Reply) -> Handed:
            return Handed(await hand_on(reply))

        chunks, answer = Chunks(turn.own_names), None
        async with aclosing(client.stream(turn, store, handed)) as events:
            async for event in events:
                if isinstance(event, Handed):
                    answer = event.answer
                else:
                    self._show(chunks, event, asked)
        return answer

    def _answer(self, turn: Turn, reply: Reply, asked: CallArguments) -> Any:
        with self._answering(reply):
            calls = calls_of(reply)
            for call in calls:
                if call["function"]["name"] in asked.functions:
                    return self._run(turn, reply, call, asked)
            if not calls or not asked.tools:
                return self._said(reply, asked)
            self._complete(calls, LLMCallType.TOOL_CALL, asked)
            return calls

    def _said(self, reply: Reply, asked: CallArguments) -> Any:
        text = as_text(reply)
        if asked.response_model is None:
            text = self._apply_stop_words(text)
        if not text.strip() and self.on_empty == "raise":
            self._complete(text, LLMCallType.LLM_CALL, asked)
            explanation = "it holds no text that CrewAI could go on with"
            raise EmptyReplyError(reply.interaction_id, reply.status, explanation)
        if asked.response_model is not None:
            parsed = self._parsed(text, asked.response_model, reply)
            self._complete(parsed, LLMCallType.LLM_CALL, asked)
            return parsed
        self._complete(text, LLMCallType.LLM_CALL, asked)
        return self._invoke_after_llm_call_hooks(asked.messages, text, asked.agent)

    def _parsed(self, text: str, model: type[BaseModel], reply: Reply) -> Any:
        try:
            return self._validate_structured_output(text, model)
        except ValueError as error:
            if status_of(reply.status).finish != "length":
                raise
            raise CutOffError(reply.interaction_id, reply.status) from error

    def _run(
        self, turn: Turn, reply: Reply, call: dict[str, Any], asked: CallArguments
    ) -> str:
        """Answer one call here; CrewAI takes the result for the model's words."""
        name = call["function"]["name"]
        # The API's arguments are an object.
        arguments: dict[str, Any] = json.loads(call["function"]["arguments"])
        result = self._handle_tool_execution(
            name, arguments, asked.functions, **asked.origin
        )
        if not result:
            msg = (
                f"the function {name!r} that the model called failed or returned an "
                "empty text; CrewAI's log says more"
            )
            raise LocalAnswerError(msg)
        answer = LocalAnswer(call["id"], name, result)
        self._ready().sync.answer_locally(turn, self._store(), reply, answer=answer)
        return self._invoke_after_llm_call_hooks(asked.messages, result, asked.agent)


# CrewAI rebuilds an LLM from a checkpoint by this name; there is no other way in.
_LLM_TYPE_REGISTRY["interactions"] = f"{__name__}.InteractionsLLM"
