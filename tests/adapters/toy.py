"""The adapter that docs/adapters.md builds, taken from the page."""

from functools import cache
from typing import Any, Final

from tests.docs.pages import ROOT, blocks_of

PAGE: Final = ROOT / "docs" / "adapters.md"


def toy_source() -> str:
    """Return the page's blocks without the last, which tries the adapter."""
    return "\n\n".join(block.text for block in blocks_of(PAGE, "python")[:-1])


@cache
def toy_model() -> Any:
    """Return its class."""
    made: dict[str, Any] = {"__name__": "toy"}
    exec(compile(toy_source(), str(PAGE), "exec"), made)  # noqa: S102  our own page
    return made["ToyModel"]
