"""A group whose commands are imported when they are asked for."""

from collections.abc import Mapping
from importlib import import_module

import click


class DeferredGroup(click.Group):
    """A group that imports, to run one of its commands, none of the others.

    Args:
        settings: What `click.Group` takes.
        places: The module and the name of each command, as `module:name`.
    """

    def __init__(self, *, places: Mapping[str, str], **settings: object) -> None:
        # click's own arguments, which `click.group` hands on.
        super().__init__(**settings)  # pyright: ignore[reportArgumentType]
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name them all, without importing any."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one of them."""
        place = self._places.get(cmd_name)
        return load_command(place) if place else super().get_command(ctx, cmd_name)


def load_command(place: str) -> click.Command:
    """Import a command from where it is, `module:name`."""
    module, _, name = place.partition(":")
    command: click.Command = getattr(import_module(module), name)
    return command
