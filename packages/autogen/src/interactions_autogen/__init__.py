"""AutoGen on Gemini's Interactions API: a model client, and managed agents in teams."""

from typing import TYPE_CHECKING, Any

from interactions_autogen.model_client import InteractionsChatCompletionClient
from interactions_core.adapter import require

if TYPE_CHECKING:
    from interactions_autogen.agent import InteractionsAgent

__all__ = ["InteractionsAgent", "InteractionsChatCompletionClient"]


def __getattr__(name: str) -> Any:
    """Import the agent when it is asked for: it alone needs autogen-agentchat."""
    if name != "InteractionsAgent":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    agent = require(
        "agentchat",
        "interactions_autogen.agent",
        what=name,
        package="interactions-autogen",
    )
    return agent.InteractionsAgent
