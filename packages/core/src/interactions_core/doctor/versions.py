"""What is installed, and whether the packages here were made for it.

Reads the metadata of installed packages; the ranges are those that the projects
declare and the tests install both ends of.
"""

import platform
from collections.abc import Iterator
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    distributions,
)
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from interactions_core.doctor.checks import Check
from interactions_core.doctor.sdk_statuses import sdk_statuses
from interactions_core.extras import install_command
from interactions_core.protocol.statuses import is_known

OWN: Final = "interactions-"
CORE: Final = "interactions-core"
SDK: Final = "google-genai"

_PACKAGES: Final = ("core", "langgraph", "autogen", "crewai", "emulator")
_EXTRAS: Final = {
    "postgres": "session stores in PostgreSQL",
    "webhooks": "interactions webhook serve",
}
"""What does not work without an extra of core."""


def check_versions() -> Iterator[Check]:
    """Look at Python, the packages of this project, and what they need."""
    own = [found for name in _PACKAGES if (found := _found(OWN + name)) is not None]
    yield _python(own)
    yield _own(own)
    for one in own:
        yield from _needs(one)
    yield from _statuses()
    yield from _others()
    yield from _extras()


def _python(own: list[Distribution]) -> Check:
    version = platform.python_version()
    wanted = {
        one.name: one.metadata["Requires-Python"]
        for one in own
        if "Requires-Python" in one.metadata
    }
    refusing = [
        f"{name} takes {range_}"
        for name, range_ in wanted.items()
        if not SpecifierSet(range_).contains(version, prereleases=True)
    ]
    if refusing:
        fix = "Use a Python in that range."
        return Check("python", "fail", f"{version}: {'; '.join(refusing)}", fix)
    return Check("python", "ok", version)


def _own(own: list[Distribution]) -> Check:
    text = ", ".join(f"{one.name.removeprefix(OWN)} {one.version}" for one in own)
    if len({one.version for one in own}) > 1:
        fix = "Install all packages at one version."
        return Check("packages", "fail", f"versions differ: {text}", fix)
    return Check("packages", "ok", text)


def _needs(one: Distribution) -> Iterator[Check]:
    """Compare what a package needs with what there is."""
    name = SDK if one.name == CORE else one.name.removeprefix(OWN)
    there: list[str] = []
    for need in map(Requirement, one.requires or ()):
        if canonicalize_name(need.name).startswith(OWN):
            continue
        found = _found(need.name)
        if found is None:
            if not _is_optional(need):
                fix = f"pip install '{need.name}{need.specifier}'"
                yield Check(name, "fail", f"{need.name} is not installed", fix)
        elif not need.specifier.contains(found.version, prereleases=True):
            yield Check(
                name,
                "fail",
                f"{found.name} {found.version} is outside of {_range(need)}, "
                f"which {one.name} was tested with",
                f"pip install '{need.name}{need.specifier}'",
            )
        elif name == SDK and found.name == SDK:
            there.append(f"{found.version}, within {_range(need)}")
        elif name != SDK:
            there.append(f"{found.name} {found.version}")
    if there:
        tested = "" if name == SDK else "; in the ranges that are tested"
        yield Check(name, "ok", ", ".join(dict.fromkeys(there)) + tested)


def _statuses() -> Iterator[Check]:
    """Look for words of the API that a newer SDK has and this version has not."""
    found = _found(SDK)
    if found is None:
        return
    # An SDK that looks different inside is no fault of the installation.
    new = sorted(word for word in sdk_statuses() if not is_known(word))
    if new:
        named = ", ".join(map(repr, new))
        text = f"{found.version} knows the status {named}, this version does not"
        yield Check(SDK, "warn", text, "An answer that says so is UnknownStatusError.")


def _others() -> Iterator[Check]:
    """Look for packages that want another google-genai than there is."""
    sdk = _found(SDK)
    if sdk is None:
        return
    for other in distributions():
        if not _may_want_sdk(other) or _is_own(other):
            continue
        for line in other.requires or ():
            if not line.lower().startswith(SDK):
                continue
            need = _read(line)
            if need is None or _is_optional(need):
                continue
            if not need.specifier.contains(sdk.version, prereleases=True):
                text = (
                    f"{other.name} {other.version} wants {_range(need)}, "
                    f"and {sdk.version} is installed"
                )
                fix = f"Upgrade or remove {other.name}, which may not work."
                yield Check(SDK, "warn", text, fix)


def _is_own(other: Distribution) -> bool:
    return canonicalize_name(other.name or "").startswith(OWN)


def _may_want_sdk(other: Distribution) -> bool:
    """Look for the name before all is parsed, which of a hundred packages takes long."""
    text = other.read_text("METADATA")
    return text is None or SDK in text.lower()


def _extras() -> Iterator[Check]:
    core = _found(CORE)
    needs = [Requirement(line) for line in (core.requires or () if core else ())]
    for extra, what in _EXTRAS.items():
        wanted = [one for one in needs if _is_optional(one, extra)]
        missing = [one.name for one in wanted if _found(one.name) is None]
        if missing:
            text = f"{extra} is not installed ({', '.join(missing)}): no {what}"
            yield Check("extras", "ok", text, install_command(extra))


def _found(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _read(line: str) -> Requirement | None:
    """Read what another package needs; its author may have misspelt it."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _is_optional(need: Requirement, extra: str = "") -> bool:
    """Tell whether something is needed for an extra only, or for the one named."""
    if need.marker is None:
        return False
    if extra:
        return need.marker.evaluate({"extra": extra}) and not need.marker.evaluate(
            {"extra": ""}
        )
    return not need.marker.evaluate({"extra": ""})


def _range(need: Requirement) -> str:
    """Write a range with its lower end first."""
    parts = sorted(str(need.specifier).split(","), key=lambda part: "<" in part)
    return ",".join(parts) or "any version"
