"""A reference of what is public, made from the docstrings without importing anything.

Public is what `docs/versioning.md` says: what the root of a package exports, the seam for
adapters, the exceptions, and the modules that the pages name.
"""

import re
from collections.abc import Iterator
from typing import Final

import griffe

from release.projects import PACKAGES
from tests.docs.pages import PAGES, ROOT, name_of
from website.docstrings import members, pointer, text_of

_ALWAYS: Final = (
    *(f"interactions_{package}" for package in PACKAGES),
    "interactions_core.adapter",
    "interactions_core.adapter.options",
    "interactions_core.adapter.secrets",
    "interactions_core.adapter.storage",
    "interactions_core.exceptions",
)
_NAMED: Final = re.compile(r"\binteractions_[a-z]+(?:\.[A-Za-z_]\w*)+")
_WORKING_ON_IT: Final = ("CHANGELOG.md", "CONTRIBUTING.md")


def pages() -> dict[str, str]:
    """Return the page of each public module, in Markdown, by the module's name."""
    roots = _loaded()
    names = sorted({*_ALWAYS, *_modules_named(roots)})
    homes: dict[str, str] = {}
    modules = [module for name in names if (module := _find(roots, name))]
    return {module.path: page_of(module, homes) for module in modules}


def page_of(module: griffe.Module, homes: dict[str, str]) -> str:
    """Return the page of a module: what it says of itself, and each of its names.

    Args:
        module: The module.
        homes: On which page each object is told already, by its path; added to.
    """
    parts = [f"# `{module.path}`", f"```{{py:module}} {module.path}\n```"]
    parts.append(text_of(module))
    pointers: list[str] = []
    for name, found in public_members(module):
        home = homes.setdefault(found.path, module.path)
        if home == module.path:
            parts.append(_shown(found, name))
        else:
            pointers.append(pointer(name, home))
    return "\n\n".join(part for part in (*parts, "\n".join(pointers)) if part) + "\n"


def public_members(module: griffe.Module) -> Iterator[tuple[str, griffe.Object]]:
    """Yield what a module exports, or else what it defines in public, by name."""
    names = sorted(map(str, module.exports or ())) or [
        name
        for name, found in module.members.items()
        if not (found.is_alias or found.is_module or name.startswith("_"))
    ]
    for name in names:
        found = _target(module.members.get(name))
        if found is not None and not found.is_module:
            yield name, found


def _loaded() -> dict[str, griffe.Module]:
    loader = griffe.GriffeLoader(
        search_paths=[ROOT / "packages" / package / "src" for package in PACKAGES],
        docstring_parser="google",
        allow_inspection=False,
    )
    return {
        name: loader.load(name)  # type: ignore[misc] - a package is a module
        for name in (f"interactions_{package}" for package in PACKAGES)
    }


def _modules_named(roots: dict[str, griffe.Module]) -> Iterator[str]:
    """Yield the public modules that pages for users name, or name something of."""
    for page in PAGES:
        if name_of(page) in _WORKING_ON_IT:
            continue
        for named in _NAMED.findall(page.read_text(encoding="utf-8")):
            for name in (named, named.rpartition(".")[0]):
                if "._" not in name and _find(roots, name):
                    yield name


def _find(roots: dict[str, griffe.Module], name: str) -> griffe.Module | None:
    root, *rest = name.split(".")
    found: griffe.Object | griffe.Alias | None = roots.get(root)
    for part in rest:
        found = found.members.get(part) if found is not None else None
    return found if isinstance(found, griffe.Module) else None


def _target(found: griffe.Object | griffe.Alias | None) -> griffe.Object | None:
    """Follow a name to what it stands for; what is of another library has no page."""
    if not isinstance(found, griffe.Alias):
        return found
    try:
        return found.final_target
    except griffe.AliasResolutionError:
        return None


def _shown(found: griffe.Object, name: str) -> str:
    kind = "exception" if name.endswith("Error") else found.kind.value
    return members(found, name, kind)
