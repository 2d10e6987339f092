"""Decides which points an emulator refuses: the sure ones, and those it is told of."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, TypeAlias

from interactions_emulator.base.errors import INVALID_ARGUMENT, ApiError
from interactions_emulator.base.live_profiles import ASKED, Outcome
from interactions_emulator.base.models import Family
from interactions_emulator.base.points import POINTS, Group, Point

Disputed: TypeAlias = Literal["all"] | Collection[str]
"""Names of points, or all of them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a request that a point is about."""

    point: str
    why: str
    """Where it is, for the reader of `/emulator/requests`."""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    """What fills the braces of the point's text."""


@dataclass(frozen=True, slots=True)
class Strictness:
    """Which points are refused; `read_strictness` makes one."""

    strict: bool
    """Whether what is sure is refused."""
    disputed: frozenset[str]
    """The points that are refused wherever that is sure or disputed."""

    def check(
        self,
        doubts: Iterable[Doubt],
        family: Family,
        platform: str,
        found: Mapping[str, Outcome],
    ) -> None:
        """Refuse the first thing that this family refuses.

        Args:
            doubts: What in the request points are about.
            family: Who is asked.
            platform: `gemini` or `vertex`.
            found: What live profiles say of the model, by point; it goes before what
                the points say.

        Raises:
            ApiError: With the text of the profile, or of the point.
        """
        for doubt in doubts:
            outcome = found.get(doubt.point)
            if outcome is not None and _was_asked(doubt):
                _check_found(doubt, outcome)
                continue
            # Of some points profiles alone know.
            point = POINTS.get(doubt.point)
            if point is None:
                continue
            if point.platform in {"any", platform} and self._refuses(point, family):
                text = point.text.format_map(doubt.fields)
                why = f"{point.name}: {doubt.why}"
                raise ApiError(point.status, text, why=why)

    def _refuses(self, point: Point, family: Family) -> bool:
        if point.name in self.disputed:
            return _has(point.sure, family) or _has(point.disputed, family)
        return self.strict and _has(point.sure, family)


def read_strictness(*, strict: bool, disputed: Disputed) -> Strictness:
    """Read the settings.

    Raises:
        ValueError: There is no point of a name; the nearest is named.
    """
    names = {disputed} if isinstance(disputed, str) else set(disputed)
    unknown = sorted(names - POINTS.keys() - {"all"})
    if unknown:
        near = get_close_matches(unknown[0], POINTS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"they are {', '.join(POINTS)}"
        message = f"{unknown[0]!r} is no point that may be disputed, {hint}"
        raise ValueError(message)
    return Strictness(strict, frozenset(POINTS if "all" in names else names))


def _was_asked(doubt: Doubt) -> bool:
    asked = ASKED.get(doubt.point, {})
    return all(doubt.fields.get(key) == value for key, value in asked.items())


def _check_found(doubt: Doubt, outcome: Outcome) -> None:
    if outcome.refused:
        why = f"{doubt.point}: {doubt.why}; a live profile has it refused"
        text = outcome.text or INVALID_ARGUMENT
        raise ApiError(outcome.status, text, outcome.code or None, why=why)


def _has(group: Group | None, family: Family) -> bool:
    return group is not None and group.has(family)
