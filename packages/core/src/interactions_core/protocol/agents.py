"""The families of managed agents, and what each of them takes.

Pure, and the one place that knows it, for all adapters. Sources are the API's pages
on each agent and its refusals, which say no more than "invalid argument".
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import ConfigurationError, UnsupportedContentError
from interactions_core.protocol.server_names import with_server_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Agents that take the same.

    Attributes:
        name: How the names of its agents begin; also the type in `agent_config`.
        known: Names that the SDK lists, the recommended one first.
        takes_instruction: Whether `system_instruction` may be set.
        takes_functions: Whether functions may be declared.
        takes_unstored_functions: Whether they may be where nothing is stored.
        takes_format: Whether `response_format` may be set.
        refused_content: Kinds of content that may not be in the input.
        needs_environment: Whether it works in an environment that must be named.
        tells_thoughts: Whether its config has `thinking_summaries`.
        longest_s: How long a run may take, in seconds; `None` where the API says
            nothing.
    """

    name: str
    known: tuple[str, ...]
    takes_instruction: bool = True
    takes_functions: bool = True
    takes_unstored_functions: bool = True
    takes_format: bool = True
    refused_content: frozenset[str] = frozenset()
    needs_environment: bool = False
    tells_thoughts: bool = False
    longest_s: float | None = None


DEEP_RESEARCH: Final = Family(
    name="deep-research",
    known=(
        "deep-research-preview-04-2026",
        "deep-research-max-preview-04-2026",
        "deep-research-pro-preview-12-2025",
    ),
    takes_instruction=False,
    takes_functions=False,
    tells_thoughts=True,
    longest_s=3600.0,
)

ANTIGRAVITY: Final = Family(
    name="antigravity",
    known=("antigravity-preview-09-2026", "antigravity-preview-05-2026"),
    takes_unstored_functions=False,
    takes_format=False,
    refused_content=frozenset({"audio", "video", "document"}),
    needs_environment=True,
)

FAMILIES: Final = (DEEP_RESEARCH, ANTIGRAVITY)

NEW_ENVIRONMENT: Final = "remote"
"""What the API makes an environment of for whoever has none."""

_KNOWN: Final = tuple(name for family in FAMILIES for name in family.known)


def family_of(agent: object) -> Family | None:
    """Return the family of a built-in agent; `None` for others, whose base is unseen."""
    name = str(agent or "")
    return next((one for one in FAMILIES if name.startswith(f"{one.name}-")), None)


def nearest_agent(agent: str) -> str:
    """Return the built-in agent whose name is nearest; "" if none is near."""
    near = difflib.get_close_matches(agent, _KNOWN, n=1, cutoff=0.5)
    return near[0] if near else ""


def fit_settings(
    target: tuple[str, str], settings: Mapping[str, Json], *, store: bool
) -> Mapping[str, Json]:
    """Return the settings of a turn with what its agent needs.

    An instruction stays among them, and is told as input where it cannot be sent.

    Args:
        target: `model` or `agent`, and its name.
        settings: Body fields, as they would be sent to a model.
        store: Whether the answer is kept on the server.

    Raises:
        ConfigurationError: There is a setting that the agent does not take.
    """
    kind, name = target
    if kind != "agent":
        return settings
    _check_generation(settings.get("generation_config"))
    family = family_of(name)
    if family is not None:
        _check_taken(name, family, settings, store=store)
        settings = {**settings, **_needed(family, settings)}
    if not settings.get("tools"):
        return settings
    return {**settings, "tools": [with_server_name(one) for one in _tools(settings)]}


def options_for(agent: str) -> dict[str, JsonObject | str]:
    """Return what an agent is better with, or needs, where nobody has decided.

    Deep Research tells how it goes only if it is asked to (API).
    """
    family = family_of(agent)
    if family is None:
        return {}
    options: dict[str, JsonObject | str] = {}
    if family.tells_thoughts:
        options["agent_config"] = {"type": family.name, "thinking_summaries": "auto"}
    if family.needs_environment:
        options["environment"] = NEW_ENVIRONMENT
    return options


def _needed(family: Family, settings: Mapping[str, Json]) -> dict[str, Json]:
    """Return the settings without which an agent refuses, where they are not given."""
    needed: dict[str, Json] = {}
    if family.needs_environment and not settings.get("environment"):
        needed["environment"] = NEW_ENVIRONMENT
    config = settings.get("agent_config")
    if config and isinstance(config, Mapping) and not config.get("type"):
        needed["agent_config"] = {**config, "type": family.name}
    return needed


def check_content(target: tuple[str, str], steps: Sequence[JsonObject]) -> None:
    """Refuse content that an agent does not take; what it chains on may have any.

    Args:
        target: `model` or `agent`, and its name.
        steps: The input, as wire steps.

    Raises:
        UnsupportedContentError: There is some.
    """
    kind, name = target
    family = family_of(name) if kind == "agent" else None
    if family is None or not family.refused_content:
        return
    for number, step in enumerate(steps, 1):
        # The parts of a step are objects; tools answer with other things too.
        parts = step.get("content")
        blocks = cast("list[Mapping[str, object]]", parts) if _is_parts(parts) else []
        kinds = [str(block.get("type")) for block in blocks]
        wrong = [each for each in kinds if each in family.refused_content]
        if wrong:
            reason = (
                f"the agent {name} takes no {wrong[0]}, which step {number} of the "
                "input holds; describe it in words, or put the file into its "
                "environment. Nothing was sent"
            )
            raise UnsupportedContentError(reason)


def takes_instruction(target: tuple[str, str]) -> bool:
    """Tell whether `system_instruction` may be sent to a model or an agent."""
    family = family_of(target[1]) if target[0] == "agent" else None
    return family is None or family.takes_instruction


def takes_format(agent: str) -> bool:
    """Tell whether `response_format` may be sent to an agent; "" is none."""
    family = family_of(agent)
    return family is None or family.takes_format


def _is_parts(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(isinstance(each, Mapping) for each in cast("list[object]", value))


def _check_taken(
    agent: str, family: Family, settings: Mapping[str, Json], *, store: bool
) -> None:
    functions = _functions(settings)
    if functions and not store and not family.takes_unstored_functions:
        msg = (
            f"the agent {agent} takes functions ({', '.join(functions)}) only where "
            "its answers are stored; leave store=False away. Nothing was sent"
        )
        raise ConfigurationError(msg)
    if functions and not family.takes_functions:
        msg = (
            f"the agent {agent} takes no functions ({', '.join(functions)}), only tools "
            "that the API runs and MCP servers; have a model call them. Nothing was sent"
        )
        raise ConfigurationError(msg)
    if settings.get("response_format") is not None and not family.takes_format:
        msg = (
            f"the agent {agent} takes no response_format; ask for the form in words, or "
            "have a model bring its answer into it. Nothing was sent"
        )
        raise ConfigurationError(msg)


def _check_generation(config: Json) -> None:
    if isinstance(config, Mapping) and config:
        names = ", ".join(config)
        msg = f"the API takes no generation config for agents; unset {names}"
        raise ConfigurationError(msg)


def _functions(settings: Mapping[str, Json]) -> list[str]:
    declared = _tools(settings)
    return [str(one.get("name")) for one in declared if one.get("type") == "function"]


def _tools(settings: Mapping[str, Json]) -> list[JsonObject]:
    # What adapters declare are objects.
    return cast("list[JsonObject]", settings.get("tools") or [])


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
