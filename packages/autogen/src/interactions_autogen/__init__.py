"""Conversion of AutoGen's messages for Gemini's Interactions API."""

__all__: list[str] = []
