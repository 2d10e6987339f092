"""AutoGen model client on Gemini's Interactions API."""

from interactions_autogen.model_client import InteractionsChatCompletionClient

__all__ = ["InteractionsChatCompletionClient"]
