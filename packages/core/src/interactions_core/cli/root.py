"""The root of the command line. Its commands come through entry points.

A package adds a command with an entry point whose group is `GROUP`, whose name is
the command's, and which leads to a `click.Command` or `click.Group`. So core runs
what an adapter brings and imports no framework. Where its own are it knows without
looking through what is installed.
"""

from typing import TYPE_CHECKING, Any, Final

import click

from interactions_core.cli.arguments.subcommands import NearGroup, load_command
from interactions_core.cli.printing.output import shown_error
from interactions_core.exceptions import InteractionsError, StoreError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUP: Final = "interactions_core.commands"

OWN: Final = {
    "accounts": "interactions_core.cli.accounts:accounts",
    "db": "interactions_core.cli.db:db",
    "doctor": "interactions_core.cli.doctor:doctor",
    "erase": "interactions_core.cli.erase:erase",
    "explain": "interactions_core.cli.explain:explain",
    "export": "interactions_core.cli.export:export",
    "jobs": "interactions_core.cli.jobs:jobs",
    "replay": "interactions_core.cli.replay:replay",
    "schema": "interactions_core.cli.schema:schema",
    "sessions": "interactions_core.cli.sessions:sessions",
    "ui": "interactions_core.cli.ui:ui",
    "usage": "interactions_core.cli.usage:usage",
    "webhook": "interactions_core.cli.webhook:webhook",
}
"""Where the entry points of core lead to."""

UNREADABLE: Final = 3
"""The exit status of a command whose store cannot be read or written."""


class PluggedGroup(NearGroup):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name what is installed."""
        return sorted({*super().list_commands(ctx), *entry_points(group=GROUP).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; one that cannot be loaded says why when it is called."""
        if cmd_name in OWN:
            return load_command(OWN[cmd_name])
        for entry in entry_points(group=GROUP, name=cmd_name):
            return _load(entry)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  as click has it
        """Show our own errors as a sentence, without a traceback.

        The exit status is 3 where the store cannot be read or written, else 1.
        """
        try:
            return super().invoke(ctx)
        except InteractionsError as exc:
            raise refusal_of(exc) from exc


class _Unreadable(click.ClickException):
    """A store cannot be read or written."""

    exit_code = UNREADABLE


def refusal_of(error: InteractionsError) -> click.ClickException:
    """Return what a command says of an error, and ends with."""
    kind = _Unreadable if isinstance(error, StoreError) else click.ClickException
    return kind(shown_error(error))


@click.group(cls=PluggedGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="interactions-core")
def interactions() -> None:
    """Look after sessions, jobs and checkpoints of the interactions packages."""


def entry_points(*, group: str, name: str | None = None) -> "EntryPoints":
    """Look through what is installed."""
    # It takes long to import, and for a command of core nobody asks.
    from importlib.metadata import entry_points as installed  # noqa: PLC0415

    found = installed(group=group)
    return found if name is None else found.select(name=name)


def _load(entry: "EntryPoint") -> click.Command:
    try:
        return entry.load()
    except ImportError as exc:
        return _unloadable(entry, exc)


def _unloadable(entry: "EntryPoint", exc: ImportError) -> click.Command:
    owner = entry.dist.name if entry.dist else entry.value
    said = f"{owner} brings {entry.name!r}, but it cannot be loaded: {exc}"

    def fail(**_: object) -> None:
        raise click.ClickException(said)

    # Whatever was typed after its name is not what is wrong.
    lenient = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(
        entry.name, callback=fail, short_help=said, context_settings=lenient
    )
