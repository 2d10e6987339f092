"""Forms that the service has answered, as they are remembered: values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from interactions_core.protocol.retention import DAY_S

LIFE_S: Final = 7 * DAY_S
"""How long a form is remembered; then the service is asked in the first form again."""

_FEATURES: Final = {
    "sorted": "order of results",
    "named": "names of results",
    "opened": "first step",
    "renamed": "names of functions",
    "foreground": "background",
    "filled": "empty texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForm:
    """One change of a request that was answered after a refusal without it.

    Attributes:
        platform: Platform and host, as in a credential.
        api_version: `v1`, `v1beta`, ...
        target: `model:NAME` or `agent:NAME`.
        feature: What of a request is changed.
        change: How.
        answered_at: Epoch seconds.
    """

    platform: str
    api_version: str
    target: str
    feature: str
    change: str
    answered_at: float


def feature_of(change: str) -> str:
    """Return what of a request a change is about."""
    return change.partition(":")[2] or _FEATURES.get(change, change)


def forms_for(
    known: Iterable[KnownForm], place: tuple[str, str, str], now: float
) -> tuple[KnownForm, ...]:
    """Return the forms that a service and model need, while they are remembered.

    Args:
        known: What is remembered.
        place: Platform, API version and target.
        now: Epoch seconds.
    """
    return tuple(
        form
        for form in known
        if (form.platform, form.api_version, form.target) == place
        and now < form.answered_at + LIFE_S
    )
