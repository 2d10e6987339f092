"""The live profiles in force: what they change, and what contradicts them."""

from collections.abc import Iterator

from interactions_core.doctor.checks import Check
from interactions_core.profiles.agreement import Beliefs
from interactions_core.profiles.loading import VARIABLE, age_of, load
from interactions_core.profiles.points import CHANGES
from interactions_core.profiles.reading import Profile

_ANEW = "interactions doctor --live"


def check_profiles(value: str, *, now: float) -> Iterator[Check]:
    """Look at the profiles that an environment names.

    Args:
        value: Paths, as in the environment; "" for none.
        now: Epoch seconds.
    """
    loaded = load(value, clock=lambda: now)
    for trouble in loaded.troubles:
        # Requests go on without it, and `--live` may be about to write it.
        yield Check("profile", "warn", trouble, f"Mend or unset {VARIABLE}.")
    for profile in loaded.beliefs.profiles:
        said = (
            f"{profile.path} of {profile.date}, {profile.platform} "
            f"{profile.api_version} at {profile.host}: "
            f"{_changed(profile, loaded.beliefs) or 'changes nothing'}"
        )
        if profile in loaded.old:
            old = f"{said}; it is {age_of(profile, now)} old"
            yield Check("profile", "warn", old, _ANEW)
        else:
            yield Check("profile", "ok", said)
    for contradiction in loaded.beliefs.contradictions:
        yield Check("profile", "warn", str(contradiction), _ANEW)


def _changed(profile: Profile, beliefs: Beliefs) -> str:
    """Say what is sent otherwise, by model."""
    denied = {
        (one.question.target, one.question.point)
        for one in beliefs.contradictions
        if profile in one.profiles
    }
    changes: dict[str, dict[str, None]] = {}
    for one in profile.settled:
        is_denied = (one.target, one.point) in denied
        if one.came == "refused" and one.point in CHANGES and not is_denied:
            changes.setdefault(one.target, {})[CHANGES[one.point]] = None
    return "; ".join(
        f"{target} is sent as {', '.join(forms)}" for target, forms in changes.items()
    )
