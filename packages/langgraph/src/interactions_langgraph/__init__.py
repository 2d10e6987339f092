"""LangGraph checkpointer and chat model on Gemini's Interactions API."""

from interactions_langgraph.chat_model import ChatInteractions
from interactions_langgraph.saver import InteractionsSaver

__all__ = ["ChatInteractions", "InteractionsSaver"]
