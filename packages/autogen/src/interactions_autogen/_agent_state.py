"""What of an `InteractionsAgent` is written down: its options, and its conversation."""

from collections.abc import Callable
from typing import Final, Literal, cast

from autogen_agentchat.messages import BaseChatMessage, StructuredMessage
from autogen_core.models import AssistantMessage, LLMMessage
from pydantic import BaseModel, ConfigDict, Field

from interactions_autogen._config import InteractionsClientConfig
from interactions_core.adapter.options import PlanDecision

DESCRIPTION: Final = "A managed agent that works on the server, for minutes if need be."

Approval = Callable[[BaseChatMessage], "bool | PlanDecision | None"]
"""Decides whether a message approves of a plan; `None` for neither yes nor no."""


class InteractionsAgentConfig(BaseModel):
    """What a component of an `InteractionsAgent` holds."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str = DESCRIPTION
    approver: str = "user"
    """Who is handed the plan, where `agent_config` asks for one."""
    options: InteractionsClientConfig
    """The options of `InteractionsChatCompletionClient`."""


class InteractionsAgentState(BaseModel):
    """Everything that an agent in another process needs to go on."""

    type: Literal["InteractionsAgentState"] = "InteractionsAgentState"
    version: str = "1.0.0"
    messages: list[LLMMessage] = Field(default_factory=list[LLMMessage])
    """What was said, what is being worked on included."""
    phase: Literal["work", "plan", "planned"] = "work"
    """Whether a plan is being made, or waits for its approval."""
    plan_id: str = ""
    """The plan that was made last."""
    plan_tokens: int = 0
    """What it took."""
    begun: bool = False
    """A turn is going on."""
    begun_at: float = 0.0
    """When it was begun, in epoch seconds; what was answered since is its answer."""

    def unanswered(self) -> list[LLMMessage]:
        """Return what was said after the last reply."""
        replies = [
            i for i, m in enumerate(self.messages) if isinstance(m, AssistantMessage)
        ]
        return self.messages[replies[-1] + 1 if replies else 0 :]


def decision_of(message: BaseChatMessage) -> PlanDecision | None:
    """Read what a message decides on a plan.

    What its metadata say goes before a `StructuredMessage`'s content, and that before
    words.

    Raises:
        ConfigurationError: The metadata hold another word than PlanDecision writes.
    """
    told = PlanDecision.from_metadata(message.metadata)
    if told is not None:
        return told
    if isinstance(message, StructuredMessage):
        return PlanDecision.read(cast("StructuredMessage[BaseModel]", message).content)
    return PlanDecision.from_words(message.to_model_text())
