"""Conversion of CrewAI's messages for Gemini's Interactions API."""

__all__: list[str] = []
