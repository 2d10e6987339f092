"""What stands in the side bar of the site, and in which order."""

from collections.abc import Sequence
from typing import Final

GROUPS: Final = {
    "Guides": ("langgraph", "autogen", "crewai", "adapters"),
    "Coming from another client": ("swap/langgraph", "swap/autogen", "swap/crewai"),
    "How it works": ("concepts", "costs", "explain", "jobs", "shared-objects"),
    "Looking inside": ("look-inside", "page", "export", "data"),
    "Running it": (
        "operations",
        "observability",
        "logs",
        "queries",
        "sizing",
        "threat-model",
        "troubleshooting",
    ),
    "The service": ("emulator", "service"),
}
"""Pages of `docs` by what they are for; one that is named nowhere comes at the end."""


def tables(pages: Sequence[str], api: Sequence[str]) -> str:
    """Return the tables of contents, hidden on the first page.

    Args:
        pages: Where each page lies, `.md` included.
        api: Likewise for the pages of the reference.
    """
    groups = {
        head: [f"docs/{name}.md" for name in names] for head, names in GROUPS.items()
    }
    placed = {"index.md", *(page for chosen in groups.values() for page in chosen)}
    groups["Reference"] = list(api)
    groups["The project"] = [page for page in pages if page not in placed]
    return "".join(_table(head, chosen) for head, chosen in groups.items())


def _table(head: str, pages: Sequence[str]) -> str:
    rows = "\n".join(page.removesuffix(".md") for page in pages)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {head}\n\n{rows}\n```\n"
