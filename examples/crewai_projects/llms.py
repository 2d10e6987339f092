"""The LLM of both projects, by whose name their files ask for it."""

from interactions_crewai import InteractionsLLM

gemini = InteractionsLLM(model="gemini-3.8-flash")
