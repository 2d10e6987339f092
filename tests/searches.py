"""A model that searches, calls a function and says so, and what it was sent.

With `combine_tools="separate"` the search is asked before the function is offered.
"""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
MODEL = "gemini-3.6-flash"
"""Refuses a built-in tool beside functions (python-genai 2761, July 2026)."""

QUESTION = "How is the weather where the best ramen is?"
FOUND = "The best ramen is in Rome."
ASIDE = (
    "[What google_search answered to what is said next, asked beforehand and without "
    f"your functions:\n\n{FOUND}\n\nSources:\n- Ramen: https://ramen.example]"
)
ANSWER = "In Rome it is sunny."
FUNCTION = "get_weather"
_CITED = {"text": "in Rome", "url": "https://ramen.example", "title": "Ramen"}
SEARCHES: dict[str, Any] = {
    "when": {"has_tool": "google_search"},
    "reply": {
        "tools": [{"google_search": {"queries": ["best ramen"]}}],
        "text": FOUND,
        "citations": [_CITED],
    },
}
CALLS: dict[str, Any] = {
    "when": {"has_tool": FUNCTION, "last_user_contains": QUESTION},
    "reply": {"calls": [{"name": FUNCTION, "arguments": {"city": "Rome"}}]},
}

SCRIPT = [
    SEARCHES,
    {"when": {"last_step": "function_result"}, "reply": {"text": ANSWER}},
    CALLS,
    {"reply": {"text": ANSWER}},
]


def posts(emulator: Emulator) -> list[dict[str, Any]]:
    return [row for row in emulator.requests() if row["method"] == "POST"]


def creates(emulator: Emulator) -> list[dict[str, Any]]:
    return [row["body"] for row in posts(emulator)]


def tools_of(body: dict[str, Any]) -> list[str]:
    """Name the tools of a create: functions by name, others by type."""
    return [tool.get("name", tool["type"]) for tool in body["tools"]]


def texts_of(body: dict[str, Any]) -> list[str]:
    """Return the first text of each step of the input, or the step's type."""
    return [
        step["content"][0]["text"] if "content" in step else step["type"]
        for step in body["input"]
    ]


def fail_the_turn(emulator: Emulator, error: dict[str, Any], times: int = 1) -> None:
    """Answer what is told of a search with an error."""
    emulator.fault(do=error, match={"contains": "asked beforehand"}, times=times)


def run_killed(module: str, *arguments: object) -> None:
    """Run a program that is to be killed by itself."""
    program = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(program, cwd=ROOT, timeout=PATIENCE_S, check=False)
    assert done.returncode == -signal.SIGKILL
