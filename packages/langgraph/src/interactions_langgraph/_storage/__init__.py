"""How checkpoints are stored: tables, serialization, each message once per thread.

Knows LangGraph's values and a database; nothing here knows a model or the API.
"""
