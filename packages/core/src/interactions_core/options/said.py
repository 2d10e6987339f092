"""What there is to say of an option, whichever framework has it: values only."""

from dataclasses import dataclass
from typing import Literal

from interactions_core.options.foreign_names import FOREIGN

Adapter = Literal["langgraph", "autogen", "crewai"]

Kind = Literal[
    "target", "generation", "body", "turn", "runs", "policy", "sessions", "connection"
]
"""Where an option goes: who is asked; `generation_config`; a field of the create body;
the turn; how runs in the background are waited for; how turns behave; where sessions
are; how the API is reached. The first four may differ from call to call."""


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to say of an option, wherever it is declared.

    Attributes:
        kind: Where it goes.
        text: What it means, as half a sentence; units included.
        may_hide: Whether there may be a secret in it, so that no `repr` shows it.
        above: What a number is more than; `None` for any.
        least: The least number; `None` for any.
        takers: The adapters that take it.
    """

    kind: Kind
    text: str
    may_hide: bool = False
    above: float | None = None
    least: float | None = None
    takers: tuple[Adapter, ...] = ("langgraph", "autogen", "crewai")


@dataclass(frozen=True, slots=True)
class Option:
    """An option.

    Attributes:
        name: Its name.
        default: What it is where nobody gives it.
        said: What there is to say of it.
    """

    name: str
    default: object
    said: Said

    @property
    def sentence(self) -> str:
        """What it means, as a sentence."""
        text = self.said.text
        return f"{text[0].upper()}{text[1:]}."

    @property
    def other_names(self) -> tuple[str, ...]:
        """What the option is called elsewhere, where its values are the same."""
        return tuple(name for name, one in FOREIGN.items() if one.ours == self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How an option differs in one framework, and why."""

    why: str
    text: str
    default: object = None
