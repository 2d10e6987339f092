"""The families of managed agents, and what each of them takes.

Pure, and the one place that knows it, for all adapters. Sources are the API's pages
on each agent and its refusals, which say no more than "invalid argument".
"""

import difflib
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Agents that take the same.

    Attributes:
        name: How the names of its agents begin; also the type in `agent_config`.
        known: Names that the SDK lists, the recommended one first.
        takes_instruction: Whether `system_instruction` may be set.
        takes_functions: Whether functions may be declared.
        takes_format: Whether `response_format` may be set.
        needs_environment: Whether it works in an environment that must be named.
    """

    name: str
    known: tuple[str, ...]
    takes_instruction: bool = True
    takes_functions: bool = True
    takes_format: bool = True
    needs_environment: bool = False


DEEP_RESEARCH: Final = Family(
    name="deep-research",
    known=(
        "deep-research-preview-04-2026",
        "deep-research-max-preview-04-2026",
        "deep-research-pro-preview-12-2025",
    ),
    takes_instruction=False,
    takes_functions=False,
)

ANTIGRAVITY: Final = Family(
    name="antigravity",
    known=("antigravity-preview-09-2026", "antigravity-preview-05-2026"),
    takes_format=False,
    needs_environment=True,
)

FAMILIES: Final = (DEEP_RESEARCH, ANTIGRAVITY)

_KNOWN: Final = tuple(name for family in FAMILIES for name in family.known)


def family_of(agent: object) -> Family | None:
    """Return the family of a built-in agent; `None` for others, whose base is unseen."""
    name = str(agent or "")
    return next((one for one in FAMILIES if name.startswith(f"{one.name}-")), None)


def nearest_agent(agent: str) -> str:
    """Return the built-in agent whose name is nearest; "" if none is near."""
    near = difflib.get_close_matches(agent, _KNOWN, n=1, cutoff=0.5)
    return near[0] if near else ""


def asked_agent(agent: str, environment: object = None) -> str:
    """Say who was asked, for a 404 that names nothing, and who may have been meant.

    Args:
        agent: Its name as it was sent.
        environment: The environment that was sent beside it, if it has a name.
    """
    where = f" in the environment {environment!r}" if environment else ""
    asked = f"Asked was the agent {agent!r}{where}"
    if agent in _KNOWN:
        return f"{asked}; its key or project may not have it"
    if agent.startswith(("gemini-", "gemma-", "models/")):
        return f"{asked}, which looks like a model: write model={agent!r}"
    near = nearest_agent(agent)
    return f"{asked}; did you mean {near!r}?" if near else f"{asked}; check the name"
