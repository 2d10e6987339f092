"""Which tools of a turn run on the server, and what is done where they are not mixed.

Pure. Some models refuse a built-in tool beside functions, and the API has no field
to allow it; see the guide to the service.
"""

from collections.abc import Mapping
from typing import Final, Literal, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import ConfigurationError

CombineTools = Literal["separate"]
"""How built-in tools and functions go together: `"separate"` asks the built-in ones
first, in a call of their own; `None` sends both as they are given."""

SEPARATE: Final[CombineTools] = "separate"

_TOOLS: Final = "tools"


def split_tools(
    settings: Mapping[str, Json],
) -> tuple[Mapping[str, Json], tuple[JsonObject, ...]]:
    """Take what the server runs out of settings that declare functions as well.

    Args:
        settings: Body fields, as they would be sent.

    Returns:
        The settings with functions only, and the other tools: built-in ones and MCP
        servers. Settings that hold one kind only are returned as they are.
    """
    # What adapters declare are objects.
    declared = cast("list[JsonObject]", settings.get(_TOOLS) or [])
    functions = [tool for tool in declared if tool.get("type") == "function"]
    others = tuple(tool for tool in declared if tool.get("type") != "function")
    if not functions or not others:
        return settings, ()
    return {**settings, _TOOLS: functions}, others


def check_combination(agent: object, combine_tools: object) -> None:
    """Refuse an option that is about models where an agent is asked.

    Raises:
        ConfigurationError: Both are given.
    """
    if agent and combine_tools:
        msg = (
            f"combine_tools={combine_tools!r} is for models; the agent {agent} has "
            "tools of its own and uses them beside yours. Leave the option away"
        )
        raise ConfigurationError(msg)
