"""What the enterprise platform alone takes of a request, as its users report.

Pure. The Gemini API's refusal names the option, but not that another platform has it.
"""

from collections.abc import Mapping
from typing import Final

from interactions_core.canonical import Json
from interactions_core.exceptions import ConfigurationError

_LABELS: Final = "labels"
_OPTIONS: Final = (_LABELS, "safety_settings")
_TOOLS: Final = ("retrieval",)


def check_platform(
    settings: Mapping[str, Json], credential: str, *, takes_labels: bool = False
) -> None:
    """Refuse what the Gemini API does not take.

    Args:
        settings: Body fields of a turn.
        credential: Whose platform is asked.
        takes_labels: Whether somebody has found that it takes these after all.

    Raises:
        ConfigurationError: Something is set that only the enterprise platform takes.
    """
    if not credential.startswith("gemini|"):
        return
    given = [name for name in _OPTIONS if name in settings]
    named = [f"`{name}`" for name in given if name != _LABELS or not takes_labels]
    named += [f"the tool `{kind}`" for kind in _TOOLS if _declares(settings, kind)]
    if not named:
        return
    which = "it" if len(named) == 1 else "them"
    msg = (
        f"the Gemini API does not take {', '.join(named)}; leave {which} out, or pass "
        f"vertexai=True with `project` and `location`: the enterprise platform takes "
        f"{which}. Nothing was sent"
    )
    raise ConfigurationError(msg)


def _declares(settings: Mapping[str, Json], kind: str) -> bool:
    tools = settings.get("tools")
    declared = tools if isinstance(tools, list | tuple) else ()
    return any(isinstance(t, Mapping) and t.get("type") == kind for t in declared)
