"""AutoGen on Gemini's Interactions API: a model client, and managed agents in teams."""

from typing import TYPE_CHECKING, Any

from interactions_autogen.model_client import InteractionsChatCompletionClient
from interactions_core.adapter import install_command

if TYPE_CHECKING:
    from interactions_autogen.agent import InteractionsAgent

__all__ = ["InteractionsAgent", "InteractionsChatCompletionClient"]


def __getattr__(name: str) -> Any:
    """Import the agent when it is asked for: it alone needs autogen-agentchat."""
    if name != "InteractionsAgent":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    try:
        from interactions_autogen.agent import InteractionsAgent  # noqa: PLC0415
    except ModuleNotFoundError as exc:
        if not str(exc.name).startswith("autogen_agentchat"):
            raise
        msg = (
            "InteractionsAgent needs autogen-agentchat: "
            f"{install_command('agentchat', 'interactions-autogen')}"
        )
        raise ModuleNotFoundError(msg, name=exc.name) from exc
    return InteractionsAgent
