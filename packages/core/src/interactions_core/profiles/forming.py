"""Which form a request begins with: what profiles found, and what is remembered. Pure.

A remembered form was answered after a refusal; a profile says what was refused, or
taken, when it was made. Where they contradict each other the later one wins, and what
this process was answered itself is later than any profile that it has read.
"""

from collections.abc import Iterable, Iterator, Mapping

from interactions_core.profiles.agreement import Belief, Beliefs
from interactions_core.profiles.points import CHANGES, FOREGROUND
from interactions_core.records.forms import KnownForm, forms_for


def changes_in_force(
    known: Iterable[KnownForm],
    beliefs: Beliefs,
    place: tuple[str, str, str],
    now: float,
) -> tuple[str, ...]:
    """Return the changes that a request begins with, for a service and model.

    Args:
        known: What is remembered.
        beliefs: What profiles say.
        place: Platform, API version and target.
        now: Epoch seconds.
    """
    believed = beliefs.about(place)
    found = [*_refused(believed), *_remembered(known, believed, place, now)]
    return tuple(dict.fromkeys(each for each in found if each != FOREGROUND))


def takes_no_background(
    known: Iterable[KnownForm],
    beliefs: Beliefs,
    place: tuple[str, str, str],
    now: float,
) -> bool:
    """Tell whether whoever is asked is known to refuse the background.

    Args:
        known: What is remembered.
        beliefs: What profiles say.
        place: Platform, API version and target.
        now: Epoch seconds.
    """
    believed = beliefs.about(place)
    is_refused = _came(believed, "background") == "refused"
    return is_refused or FOREGROUND in _remembered(known, believed, place, now)


def takes_long_names(beliefs: Beliefs, place: tuple[str, str, str]) -> bool:
    """Tell whether a profile found that a model takes names of 100 characters."""
    return _came(beliefs.about(place), "long-names") == "answered"


def takes_labels(beliefs: Beliefs, place: tuple[str, str, str]) -> bool:
    """Tell whether a profile found that a model takes labels."""
    return _came(beliefs.about(place), "labels") == "answered"


def _refused(believed: Mapping[str, Belief]) -> Iterator[str]:
    for point, change in CHANGES.items():
        if _came(believed, point) == "refused":
            yield change


def _remembered(
    known: Iterable[KnownForm],
    believed: Mapping[str, Belief],
    place: tuple[str, str, str],
    now: float,
) -> list[str]:
    """Return the changes that are remembered, but for what was taken since."""
    return [
        form.change
        for form in forms_for(known, place, now)
        if form.answered_at >= _taken_at(form.change, believed)
    ]


def _taken_at(change: str, believed: Mapping[str, Belief]) -> float:
    """Return when all that a change works around was taken; 0 for never."""
    points = [point for point, other in CHANGES.items() if other == change]
    if not points or any(_came(believed, point) != "answered" for point in points):
        return 0.0
    return min(believed[point].made_at for point in points)


def _came(believed: Mapping[str, Belief], point: str) -> str:
    belief = believed.get(point)
    return belief.came if belief is not None else ""
