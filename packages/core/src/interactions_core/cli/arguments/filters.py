"""Options that let only some of a store through, the same wherever they are taken."""

from collections.abc import Callable
from typing import TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., object])


def tenant_option(what: str) -> Callable[[_Function], _Function]:
    """Return the option of a tenant, which models are told as `session_id`.

    Args:
        what: What it lets through, e.g. "Only jobs".
    """
    help_text = f"{what} of this tenant, the session_id of a model."
    return click.option("--tenant", "--session", "tenant", metavar="ID", help=help_text)
