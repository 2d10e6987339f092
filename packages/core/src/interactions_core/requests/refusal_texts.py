"""Read in a refusal which other forms of the request may be taken.

Pure. What the service says is told apart by words; the texts and their sources are in
the guide to the service.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from interactions_core.canonical import Json
from interactions_core.requests.schemas import BOUNDS as BOUND_KEYWORDS
from interactions_core.requests.settings import (
    BOUNDS,
    KEYWORDS,
    PLACES,
    RENAMED,
    WITHOUT,
    optional_field,
    schema_keywords,
)

Form = tuple[str, ...]
"""Changes of a request, in the order in which they are made."""

SORTED: Final = "sorted"
NAMED: Final = "named"
OPENED: Final = "opened"
FILLED: Final = "filled"
PLAIN: Final = "plain"


def _schema_form(change: str, places: Iterable[str] = PLACES) -> Form:
    return tuple(f"{change}:{place}" for place in places)


_UNKNOWN: Final = re.compile(
    r"""Unknown (?:parameter|name) ['"](?P<name>[^'"]+)['"]"""
    r"""(?: at ['"](?P<place>[^'"]*)['"])?""",
    re.IGNORECASE,
)
_NAMES: Final = re.compile(r"""['"`](\$?\w+)['"`]|\b([a-z]+[A-Z]\w*)""")
"""What is quoted in a text, or written as keywords of schemas are."""

_SCHEMA_FORMS: Final = (_schema_form(BOUNDS), _schema_form(KEYWORDS))
_BY_TEXT: Final[tuple[tuple[re.Pattern[str], tuple[Form, ...]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), forms)
    for pattern, forms in (
        # The version of the SDK is what is refused.
        (r"legacy", ()),
        (r"thought.?signature", ((PLAIN,),)),
        (r"(empty|missing) input|has empty", ((FILLED,), (PLAIN,))),
        (r"function name", ((RENAMED,),)),
        (r"(begin|start)s? with (a )?user", ((OPENED,), (PLAIN,))),
        (
            r"function (response|call)\b|call_id",
            ((SORTED, NAMED), (OPENED,), (PLAIN,)),
        ),
        (r"invalid input received", ((NAMED,), (SORTED, OPENED), (PLAIN,))),
        (r"schema|response_format|too many states", _SCHEMA_FORMS),
        (
            r"invalid argument",
            (*_SCHEMA_FORMS, (SORTED, NAMED, OPENED, FILLED), (PLAIN,)),
        ),
    )
)


def read_forms(text: str, settings: Mapping[str, Json]) -> tuple[Form, ...]:
    """Return the changes that a refusal suggests, the likeliest first.

    Args:
        text: What the service said.
        settings: The settings of the turn that was refused.

    Returns:
        Nothing where the text says that what is asked is wrong.
    """
    unknown = _UNKNOWN.search(text)
    if unknown is not None:
        return _without(unknown["name"], unknown["place"] or "", settings)
    names = {quoted or written for quoted, written in _NAMES.findall(text)}
    named = _about_keywords(names, settings)
    if named:
        return named
    return next((forms for said, forms in _BY_TEXT if said.search(text)), ())


def _without(name: str, place: str, settings: Mapping[str, Json]) -> tuple[Form, ...]:
    """Return what does without something that the service does not know."""
    if place.startswith("input"):
        return ((PLAIN,),)
    path = optional_field(settings, name)
    if path:
        return ((f"{WITHOUT}:{path}",),)
    return _about_keywords({name.rpartition(".")[2]}, settings)


def _about_keywords(
    names: Collection[str], settings: Mapping[str, Json]
) -> tuple[Form, ...]:
    """Return what does without the keywords of schemas that are among the names."""
    found = {each: schema_keywords(settings, each) & set(names) for each in PLACES}
    places = [place for place in PLACES if found[place]]
    bounded = any(found[place] & BOUND_KEYWORDS for place in places)
    changes = (BOUNDS, KEYWORDS) if bounded else (KEYWORDS,)
    return tuple(_schema_form(change, places) for change in changes if places)
