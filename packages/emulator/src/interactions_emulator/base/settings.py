"""How an emulator behaves where the API leaves a choice or is not known."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from time import time
from typing import Literal

from interactions_emulator.base.live_profiles import Findings, read_profiles
from interactions_emulator.base.strictness import Disputed, Strictness, read_strictness

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Switches of one emulator; fixed for its life."""

    state: str | Path | None = None
    """SQLite file that keeps interactions, or None for memory."""
    clock: Callable[[], float] = time
    """Source of seconds since the epoch."""
    retention_s: float = 55 * DAY_S
    """How long a stored interaction is kept: 55 days paid, 1 day free."""
    orphans: Literal["refuse", "truncate"] = "refuse"
    """What chaining does below a deleted or expired ancestor (not documented)."""
    strict: bool = True
    """Whether what the service is known to refuse is refused."""
    disputed: Disputed = ()
    """Names of `points.POINTS` that are refused where that is disputed, or "all"."""
    profile: str | Path | None = None
    """Files of `interactions doctor --live`, with `os.pathsep` in between, that are
    followed before all that; None for those of INTERACTIONS_PROFILE, "" for none."""
    api_keys: Collection[str] = field(default=(), repr=False)
    """The only keys that are accepted; empty accepts any."""
    isolate_keys: bool = True
    """Whether interactions are visible only to the key, or project, that made them."""
    projects: Mapping[str, Collection[str]] = field(
        default_factory=dict[str, Collection[str]], repr=False
    )
    """The keys of each project, which see the same interactions."""
    project_of: Mapping[str, str] = field(
        init=False, repr=False, default_factory=dict[str, str]
    )
    """The project of each of these keys."""
    job_s: float = 1.0
    """How long background work takes when no script says so."""
    upstream: str | None = field(default=None, repr=False)
    """Base URL (with `/v1`) of the OpenAI-compatible server that answers."""
    upstream_model: str = ""
    """The upstream's name of the model; empty passes the request's own on."""
    upstream_key: str = field(default="", repr=False)
    """Sent to the upstream as a bearer token."""
    deliver_anywhere: bool = False
    """Whether webhooks may lead to other hosts than this one."""
    seed: int | None = None
    """Makes ids and signatures repeatable for an equal clock."""
    findings: Findings = field(init=False, repr=False, default=Findings())
    """What the profiles say."""

    def __post_init__(self) -> None:
        """Refuse names of points that there are not, and files that are no profiles.

        Raises:
            ValueError: `disputed` has one, or `profile` names one; or a key is in two
                projects.
        """
        self.strictness()
        object.__setattr__(self, "project_of", _project_of(self.projects))
        # Frozen: what was found is as fixed as the rest.
        object.__setattr__(self, "findings", read_profiles(self.profile))

    def strictness(self) -> Strictness:
        """Return which points are refused."""
        return read_strictness(strict=self.strict, disputed=self.disputed)

    def random(self) -> Random:
        """Return the source of ids and signatures."""
        return SystemRandom() if self.seed is None else Random(self.seed)  # noqa: S311  ids, not secrets


def _project_of(projects: Mapping[str, Collection[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for project, keys in projects.items():
        for key in keys:
            if found.setdefault(key, project) != project:
                # Without the key itself: errors are logged.
                message = f"a key is in two projects, {found[key]!r} and {project!r}"
                raise ValueError(message)
    return found
