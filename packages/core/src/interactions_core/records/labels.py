"""What an adapter calls whoever asks. Pure.

Names of agents, never what was said, and of no weight where answers are looked for.
"""

from dataclasses import dataclass
from typing import Final

LONGEST: Final = 200
"""How many characters of a name are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What an adapter calls whoever asks; of no weight in matching.

    Whatever a framework has for a name, no turn fails for it: what is no text counts as
    none, and what a database cannot keep is replaced.

    Attributes:
        framework: `langgraph`, `autogen`, `crewai`; "" where no adapter says.
        name: The agent's name or role, or the node of a graph, its first 200
            characters on one line; "" for none.
    """

    framework: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "framework", kept_name(self.framework))
        object.__setattr__(self, "name", kept_name(self.name))

    def __bool__(self) -> bool:
        return bool(self.framework or self.name)


def kept_name(name: object) -> str:
    """Return what is kept of a name: 200 printable characters on one line."""
    if not isinstance(name, str):
        return ""
    line = " ".join(name[: 2 * LONGEST].split())[:LONGEST]
    # Nearly all names are, and a list of conversations has thousands.
    return line if line.isprintable() else "".join(map(_kept_character, line))


def _kept_character(character: str) -> str:
    is_half = "\ud800" <= character <= "\udfff"
    return character if character.isprintable() and not is_half else "\ufffd"
