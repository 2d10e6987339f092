"""Answers from any OpenAI-compatible server.

Imports `engine` and what is below it.
"""
