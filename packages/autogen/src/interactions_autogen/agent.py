"""`InteractionsAgent`: a managed agent as a member of an AutoGen team."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, Literal, Self, Unpack

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import (
    BaseAgentEvent,
    BaseChatMessage,
    HandoffMessage,
    ModelClientStreamingChunkEvent,
    TextMessage,
    ThoughtEvent,
)
from autogen_core import CancellationToken, Component
from autogen_core.models import AssistantMessage, CreateResult, LLMMessage

from interactions_autogen._agent_state import (
    DESCRIPTION,
    Approval,
    InteractionsAgentConfig,
    InteractionsAgentState,
    decision_of,
)
from interactions_autogen._cancellation import stream_cancellable
from interactions_autogen._config import InteractionsClientConfig
from interactions_autogen._options import ClientOptions
from interactions_autogen._progress import Progress
from interactions_autogen._replies import result_of
from interactions_autogen._turns import CallArguments
from interactions_autogen.model_client import InteractionsChatCompletionClient
from interactions_core.adapter import Reply, log_fields
from interactions_core.adapter.options import (
    PLANS,
    PlanDecision,
    planning_config,
    undecided,
)
from interactions_core.exceptions import ConfigurationError, UnsupportedContentError

logger: Final = logging.getLogger("interactions_autogen")

Said = BaseAgentEvent | BaseChatMessage | Response


class InteractionsAgent(BaseChatAgent, Component[InteractionsAgentConfig]):
    """A managed agent, Deep Research or Antigravity for instance, in a team.

    It works on the server in the background while a turn waits, and shows its
    thoughts and searches as events that every team accepts. A cancelled turn cancels
    the run. Its conversation is its own: what is sent, and on which interaction it is
    chained, follows from the messages alone, so that a loaded agent goes on with the
    same sessions, and a lost one is sent again as a whole.

    With `agent_config={..., "collaborative_planning": True}` the first reply is a
    plan, handed to `approver` as a `HandoffMessage`; a message that approves of it
    begins the work, any other one asks for another plan. One that does neither is
    told what that costs.

    Args:
        name: The name in the team, a Python identifier.
        description: What other members are told of it.
        approver: Who is handed the plan.
        approval: Decides whether a message approves of a plan. Without it its metadata
            do, as `PlanDecision.to_metadata` writes them, or a `StructuredMessage`
            whose content has `approved`, or a few plain words, `"approve"` among them.
        options: Those of `InteractionsChatCompletionClient`, `agent` among them.

    Raises:
        ConfigurationError: `agent` is missing, or an option is unknown or wrong.
    """

    component_config_schema = InteractionsAgentConfig
    component_provider_override = "interactions_autogen.InteractionsAgent"

    def __init__(
        self,
        name: str,
        *,
        description: str = DESCRIPTION,
        approver: str = "user",
        approval: Approval | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(name, description)
        agent = options.get("agent") or ""
        if not agent:
            msg = (
                f"InteractionsAgent {name!r}: give the name of a managed agent, agent="
            )
            raise ConfigurationError(msg)
        self._client = InteractionsChatCompletionClient(**options)
        self._agent_config = dict(options.get("agent_config") or {})
        self._approver = approver
        self._approval = approval
        self._state = InteractionsAgentState()

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """A text, or a plan that is handed over."""
        return (TextMessage, HandoffMessage)

    async def on_messages(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> Response:
        """Answer new messages; without any, go on with what was being worked on."""
        said = self.on_messages_stream(messages, cancellation_token)
        async with aclosing(said):
            async for item in said:
                if isinstance(item, Response):
                    return item
        msg = "a stream without a response"
        raise RuntimeError(msg)

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[Said, None]:
        """Answer new messages: events as they come, then the response."""
        call, since, notice = self._begin(messages)
        progress, shown = Progress(self.name), list[BaseAgentEvent | BaseChatMessage]()
        if notice:
            fields = log_fields("plan_undecided", id=self._state.plan_id)
            logger.warning("%s", notice, extra=fields)
            shown.append(ThoughtEvent(source=self.name, content=notice))
            yield shown[0]
        followed = self._client.follow(
            call,
            self._answered,
            background=True,
            foreground_ok=True,
            resumes_since=since,
        )
        heard = stream_cancellable(followed, cancellation_token)
        async with aclosing(heard):
            async for event in heard:
                if isinstance(event, BaseChatMessage):
                    for item in progress.rest_events():
                        shown.append(item)
                        yield item
                    yield Response(chat_message=event, inner_messages=shown)
                    return
                for item in progress.to_events(event):
                    if not isinstance(item, ModelClientStreamingChunkEvent):
                        shown.append(item)
                    yield item

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Forget the conversation; the next message begins a new one."""
        self._state = InteractionsAgentState()

    async def save_state(self) -> Mapping[str, Any]:
        """Write down the conversation, also in the middle of a turn."""
        return self._state.model_dump()

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on with a conversation; a turn that was begun is gone on with."""
        self._state = InteractionsAgentState.model_validate(state)

    async def close(self) -> None:
        """Close the connections of this event loop."""
        await self._client.close()

    def _to_config(self) -> InteractionsAgentConfig:
        if self._approval is not None:
            msg = (
                f"InteractionsAgent {self.name!r}: a component cannot hold the function "
                "given as approval=; give it again where the component is loaded"
            )
            raise ConfigurationError(msg)
        return InteractionsAgentConfig(
            name=self.name,
            description=self.description,
            approver=self._approver,
            options=InteractionsClientConfig(**self._client.dump_component().config),
        )

    @classmethod
    def _from_config(cls, config: InteractionsAgentConfig) -> Self:
        return cls(
            config.name,
            description=config.description,
            approver=config.approver,
            **config.options.given(),
        )

    def _begin(
        self, messages: Sequence[BaseChatMessage]
    ) -> tuple[CallArguments, float, str]:
        """Take in what is new and say what to ask.

        What a team hands over again after a turn that was cut short is not new.

        Returns:
            What to ask, since when if not from now, and what to tell the user of it.
        """
        state, heard = self._state, _heard(messages)
        before = state.unanswered() if state.begun else []
        again = bool(before) and heard[: len(before)] == before
        phase, notice = state.phase, ""
        if messages and not again:
            phase, notice = self._next_phase(messages[-1])
        state.messages += heard[len(before) :] if again else heard
        state.phase = phase
        goes_on = state.begun and (again or not messages)
        if not goes_on:
            state.begun_at = self._client.now()
        state.begun = True
        extra: dict[str, Any] = {}
        if self._plans and state.phase == "work":
            told = PlanDecision(approved=True)
            extra["agent_config"] = planning_config(self._agent_config, told)
        # A state that was saved meanwhile does not hold what came of the turn.
        since = state.begun_at if goes_on else 0.0
        return CallArguments([*state.messages], extra=extra), since, notice

    @property
    def _plans(self) -> bool:
        return bool(self._agent_config.get(PLANS))

    def _next_phase(
        self, message: BaseChatMessage
    ) -> tuple[Literal["work", "plan"], str]:
        if not self._plans:
            return "work", ""
        if self._state.phase != "planned":
            return "plan", ""
        decision = PlanDecision.read((self._approval or decision_of)(message))
        if decision is None:
            return "plan", undecided(self._state.plan_id, self._state.plan_tokens)
        return ("work" if decision.approved else "plan"), ""

    def _answered(self, reply: Reply) -> BaseChatMessage:
        result = result_of(reply)
        text = _text_of(result, reply)
        self._state.messages.append(AssistantMessage(content=text, source=self.name))
        self._state.begun, self._state.begun_at = False, 0.0
        said: dict[str, Any] = {
            "source": self.name,
            "content": text,
            "models_usage": result.usage,
            "metadata": {"interaction_id": reply.interaction_id},
        }
        if self._state.phase != "plan":
            return TextMessage(**said)
        if text:
            # Nothing can be approved of an empty plan; the next message asks again.
            self._state.phase = "planned"
            self._state.plan_id = reply.interaction_id
            self._state.plan_tokens = reply.usage.total_tokens
        return HandoffMessage(target=self._approver, **said)


def _heard(messages: Sequence[BaseChatMessage]) -> list[LLMMessage]:
    heard: list[LLMMessage] = []
    for message in messages:
        if isinstance(message, HandoffMessage):
            heard += message.context
        heard.append(message.to_model_message())
    return heard


def _text_of(result: CreateResult, reply: Reply) -> str:
    if isinstance(result.content, str):
        return result.content
    wanted = ", ".join(call.name for call in result.content)
    refused = (
        f"asks for {wanted}, and an InteractionsAgent runs no functions; let an "
        "AssistantAgent with a model have them"
    )
    if reply.text:
        return f"{reply.text}\n\n[Interaction {reply.interaction_id} {refused}.]"
    msg = f"interaction {reply.interaction_id} {refused}"
    raise UnsupportedContentError(msg)
