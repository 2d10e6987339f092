"""What is wrong before anything is asked: options, packages, accounts, forks."""

import difflib
from collections.abc import Iterable

from interactions_core.exceptions.catch_all import InteractionsError


class ConfigurationError(InteractionsError, ValueError):
    """An option is unknown, missing, or contradicts another one."""


class MissingPackageError(ConfigurationError, ModuleNotFoundError):
    """Something needs a package that is not installed.

    Attributes:
        name: The module that is missing.
        command: What installs it.
    """

    def __init__(self, what: str, *, name: str, command: str) -> None:
        super().__init__(f"{what} needs {name}, which is not installed; run: {command}")
        self.name = name
        self.command = command


class AccountConflictError(ConfigurationError):
    """Two owners have sessions of their own, and nobody said which ones count.

    Attributes:
        name: The key or account that was to be linked, as stores name it.
        owner: Whose sessions it was to own.
    """

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(
            f"{name} has sessions of its own in this store, and is to own those of "
            f"{owner}; they are not joined, and nothing was sent or changed. "
            "`interactions accounts list --sessions URL` shows both. "
            f"`interactions accounts link '{owner}' --name '{name}' --leave-rows "
            f"--sessions URL` has it go on with those of {owner}: its own stay where "
            "they are and count no more."
        )
        self.name = name
        self.owner = owner


class ForkedError(InteractionsError):
    """A forked child uses what its parent had open, and might read its answers.

    Attributes:
        what: What was used or begun.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(
            f"{what} before this process was forked, and stays with the parent. {advice}"
        )
        self.what = what


def unknown_option(owner: str, name: str, known: Iterable[str]) -> ConfigurationError:
    """Name the nearest known option, for a misspelt one."""
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(choices)}"
    return ConfigurationError(f"{owner} has no option {name!r}; {hint}")
