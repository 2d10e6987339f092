"""The tools that the server runs, and what their steps are called."""

from typing import Final

TOOLS: Final = (
    "google_search",
    "code_execution",
    "url_context",
    "google_maps",
    "file_search",
    "mcp_server",
    "retrieval",
    "tool_search",
)
"""Types of declared tools that have steps of their own."""


def step_name(tool: str) -> str:
    """Return what the types of a tool's steps begin with."""
    return "mcp_server_tool" if tool == "mcp_server" else tool


SERVER_STEPS: Final = frozenset(
    f"{name}_{end}"
    # `tool` is what live notes saw of MCP in August 2026; nobody declares `processing`.
    for name in (*map(step_name, TOOLS), "processing", "tool")
    for end in ("call", "result")
)
"""Types of steps that tell of what the server ran."""
