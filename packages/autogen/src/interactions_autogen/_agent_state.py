"""What of an `InteractionsAgent` is written down: its options, and its conversation."""

import re
from collections.abc import Callable
from typing import Final, Literal, cast

from autogen_agentchat.messages import BaseChatMessage, StructuredMessage
from autogen_core.models import AssistantMessage, LLMMessage
from pydantic import BaseModel, ConfigDict, Field

from interactions_autogen._config import InteractionsClientConfig

DESCRIPTION: Final = "A managed agent that works on the server, for minutes if need be."

APPROVALS: Final = frozenset(
    {"approve", "approved", "go ahead", "looks good", "ok", "okay", "proceed"}
    | {"start", "start research", "yes", "yes please"}
)
"""Answers to a plan that approve it, in whatever case and punctuation."""

Approval = Callable[[BaseChatMessage], bool]
"""Tells whether a message approves of a plan; otherwise it asks for another one."""


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


class PlanDecision(BaseModel):
    """What a `StructuredMessage` may hold to decide on a plan."""

    approved: bool
    comments: str = ""


def is_approval(message: BaseChatMessage) -> bool:
    """Tell whether a message approves of a plan, and says nothing beside that."""
    if isinstance(message, StructuredMessage):
        decision = cast("StructuredMessage[BaseModel]", message).content
        return bool(getattr(decision, "approved", False))
    said = re.sub(r"[^\w\s]", "", message.to_model_text()).strip().lower()
    return " ".join(said.split()) in APPROVALS
