"""What somebody may have meant by a name that nothing goes by. Imports nothing."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

_MOST: Final = 3
_ALIKE: Final = 0.7
"""How alike two names have to be, of 1."""
_LEAST: Final = 3
"""Characters from which on a part of a name tells something."""


def near_names(name: str, known: Iterable[str], *, most: int = _MOST) -> list[str]:
    """Return the names that somebody may have meant, the nearest first.

    Those that are nearly alike, that begin nearly so, or that have what was typed in
    them, whatever the case of letters.

    Args:
        name: What was typed.
        known: What there is.
        most: How many at most.
    """
    if not name:
        return []
    wanted = name.casefold()
    choices = [each for each in dict.fromkeys(known) if each and each != name]
    forms: dict[str, list[str]] = {}
    for each in choices:
        whole = each.casefold()
        for form in dict.fromkeys((whole, whole[: len(wanted)])):
            forms.setdefault(form, []).append(each)
    alike = get_close_matches(wanted, forms, n=2 * most, cutoff=_ALIKE)
    found = [each for form in alike for each in forms[form]]
    if len(wanted) >= _LEAST:
        found += [each for each in choices if wanted in each.casefold()]
    return [*dict.fromkeys(found)][:most]


def asked_back(near: Sequence[str]) -> str:
    """Ask whether one of some names was meant; "" for none."""
    if not near:
        return ""
    *others, last = [f"'{each}'" for each in near]
    return (
        f"did you mean {', '.join(others)} or {last}?"
        if others
        else (f"did you mean {last}?")
    )
