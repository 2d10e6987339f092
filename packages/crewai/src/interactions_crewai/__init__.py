"""CrewAI LLM and tool on Gemini's Interactions API."""

from interactions_crewai.agent_tool import AgentProgressEvent, InteractionsAgentTool
from interactions_crewai.converter import InteractionsConverter
from interactions_crewai.llm import InteractionsLLM

__all__ = [
    "AgentProgressEvent",
    "InteractionsAgentTool",
    "InteractionsConverter",
    "InteractionsLLM",
]
