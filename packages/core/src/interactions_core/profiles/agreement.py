"""What several profiles say together: what is believed, and what contradicts. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from interactions_core.profiles.reading import Came, Profile, Settled

_SERVICE: Final = ".googleapis.com"
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Question:
    """A point of one model, as one service takes it.

    Attributes:
        platform: `gemini` or `vertex`.
        reach: For which host an answer holds; "" for all.
        api_version: `v1`, `v1beta`, ...
        target: `model:NAME`.
        point: The point's name.
    """

    platform: str
    reach: str
    api_version: str
    target: str
    point: str


@dataclass(frozen=True, slots=True)
class Belief:
    """What all profiles say that settle a point, and when the last one was made."""

    came: Came
    made_at: float


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A point that profiles settle differently; none of them is believed."""

    question: Question
    profiles: tuple[Profile, ...]

    def __str__(self) -> str:
        """Name the files, their dates, and the point."""
        files = " and ".join(f"{one.path} ({one.date})" for one in self.profiles)
        asked = self.question
        return (
            f"{files} contradict each other about {asked.point} of {asked.target} at "
            f"{asked.platform} {asked.api_version}: neither is believed there"
        )


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is believed, by point, and which points are not.

    Attributes:
        profiles: All that were read.
        held: What they agree on.
        contradictions: What they do not agree on.
    """

    profiles: tuple[Profile, ...] = ()
    held: Mapping[Question, Belief] = field(default_factory=dict[Question, Belief])
    contradictions: tuple[Contradiction, ...] = ()

    def about(self, place: tuple[str, str, str]) -> dict[str, Belief]:
        """Return what is believed of a model, by point.

        Args:
            place: Platform with host, API version and target. What the service itself
                said holds for whatever leads to it; what another host said, for that
                host, before what the service said.
        """
        if not self.held:
            return {}
        (platform, _, host), api_version, target = place[0].partition("|"), *place[1:]
        found: dict[str, Belief] = {}
        for reach in ("", reach_of(host)):
            for asked, belief in self.held.items():
                of = (asked.platform, asked.reach, asked.api_version, asked.target)
                if of == (platform, reach, api_version, target):
                    found[asked.point] = belief
        return found


def agree(profiles: Sequence[Profile]) -> Beliefs:
    """Take together what profiles say."""
    said: dict[Question, list[tuple[Profile, Came]]] = {}
    for profile in profiles:
        for one in profile.settled:
            said.setdefault(_question(profile, one), []).append((profile, one.came))
    held = {asked: answers for asked, answers in said.items() if _is_one(answers)}
    return Beliefs(
        profiles=tuple(profiles),
        held={
            asked: Belief(answers[0][1], max(one.made_at for one, _ in answers))
            for asked, answers in held.items()
        },
        contradictions=tuple(
            Contradiction(asked, tuple(dict.fromkeys(one for one, _ in answers)))
            for asked, answers in said.items()
            if asked not in held
        ),
    )


def reach_of(host: str) -> str:
    """Say for which hosts holds what one has said: "" for all, if it is the service.

    Ports are left out: an emulator has another one every time.
    """
    name = urlsplit(f"//{host}").hostname or host
    if name.endswith(_SERVICE):
        return ""
    return "this machine" if name in _HERE else name


def contradicted(beliefs: Beliefs, profile: Profile) -> Iterator[Contradiction]:
    """Yield what other profiles say otherwise than one."""
    return (one for one in beliefs.contradictions if profile in one.profiles)


def _question(profile: Profile, settled: Settled) -> Question:
    return Question(
        platform=profile.platform,
        reach=reach_of(profile.host),
        api_version=profile.api_version,
        target=settled.target,
        point=settled.point,
    )


def _is_one(answers: Sequence[tuple[Profile, Came]]) -> bool:
    return len({came for _, came in answers}) == 1
