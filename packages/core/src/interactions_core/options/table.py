"""All options that more than one adapter takes, by name, and what is made of them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final, get_type_hints

from interactions_core.options.declared import AnswerOptions, CommonOptions
from interactions_core.options.differences import DIFFERING, OWN
from interactions_core.options.said import Kind, Option


def _declared(options: type) -> list[Option]:
    types = get_type_hints(options, include_extras=True)
    return [
        Option(one.name, one.default, types[one.name].__metadata__[0])
        for one in fields(options)
    ]


OPTIONS: Final[Mapping[str, Option]] = {
    each.name: each
    for each in (
        *DIFFERING,
        *_declared(CommonOptions),
        *_declared(AnswerOptions),
    )
}
"""All of them, by name."""


def option_of(adapter: str, name: str) -> Option:
    """Return an option as it is in one framework."""
    own, option = OWN.get((adapter, name)), OPTIONS[name]
    if own is None:
        return option
    return Option(name, own.default, replace(option.said, text=own.text))


def told(adapter: str, name: str) -> str:
    """Return what a framework's documentation says of an option, as a sentence."""
    return option_of(adapter, name).sentence


def options_of_kind(*kinds: Kind, adapter: str | None = None) -> tuple[str, ...]:
    """Return the names of the options that go to some place, of one adapter or any."""
    return tuple(
        option.name
        for option in OPTIONS.values()
        if option.said.kind in kinds
        and (adapter is None or adapter in option.said.takers)
    )


def fields_of(
    options: type, make: Callable[..., object], adapter: str, *, shows: bool = False
) -> dict[str, Any]:
    """Return options as `pydantic.create_model` takes them: types and fields.

    Args:
        options: `CommonOptions` or `AnswerOptions`.
        make: `pydantic.Field`.
        adapter: Whose fields they become.
        shows: Whether a `repr` may show what may hide secrets, because they are sealed.
    """
    types = get_type_hints(options)
    made: dict[str, Any] = {}
    for one in fields(options):
        option = option_of(adapter, one.name)
        said = option.said
        limits = {"gt": said.above, "ge": said.least}
        made[one.name] = (
            types[one.name],
            make(
                default=option.default,
                description=option.sentence,
                repr=shows or not said.may_hide,
                **{name: limit for name, limit in limits.items() if limit is not None},
            ),
        )
    return made
