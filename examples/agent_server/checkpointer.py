"""The server opens this, and keeps it open for as long as it runs."""

from interactions_langgraph.agent_server import checkpointer

__all__ = ["checkpointer"]
