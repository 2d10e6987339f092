"""Groups of commands: imported when they are asked for, and near names told."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from interactions_core.cli.printing.output import shown
from interactions_core.near_names import asked_back, near_names


class NearGroup(click.Group):
    """A group that says which command may be meant, or which option of one.

    By one rule, also of commands that are not loaded.
    """

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  as click has it
        """Run what was typed.

        Raises:
            click.UsageError: There is no such command or option.
        """
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            raise _unknown_option(error) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is typed first.

        Raises:
            click.UsageError: There is none of that name.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if args[0].startswith("-"):
                # An option that stands where a command is to come.
                raise
            near = near_names(args[0], self.list_commands(ctx))
            raise _refused(error, "command", args[0], near) from error


def _unknown_option(error: click.NoSuchOption) -> click.UsageError:
    """Return what is raised for an option that a command does not have."""
    params = error.ctx.command.get_params(error.ctx) if error.ctx else []
    near = near_names(error.option_name, (name for p in params for name in p.opts))
    return _refused(error, "option", error.option_name, near)


def _refused(
    error: click.UsageError, what: str, name: str, near: Sequence[str]
) -> click.UsageError:
    """Put our question in the place of click's, which has names that are less alike."""
    hint = f"No such {what} '{shown(name)}'; {asked_back(near)}"
    return click.UsageError(hint if near else error.message, error.ctx)


class DeferredGroup(NearGroup):
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
