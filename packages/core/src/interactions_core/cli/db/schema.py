"""`interactions db check`, `plan` and `migrate`: what is typed, and what is called."""

import contextlib
import json
from collections.abc import Generator

import click

from interactions_core.cli.arguments.stores import (
    CREATE_HINT,
    StoreName,
    create_option,
    found_option,
    named_option,
    opened_unchanged,
)
from interactions_core.cli.printing.output import echo, json_option
from interactions_core.services import schema_commands
from interactions_core.stores.sql.store import SqlStore


@click.command()
@found_option
@json_option
def check(sessions: StoreName, *, as_json: bool) -> None:
    """Say which version each part of the store has, and what this release knows.

    The exit status is 1 if this release cannot work with the store as it is.
    """
    with _looked_at(sessions.url) as store:
        if as_json:
            said = schema_commands.check_json(store)
            click.echo(json.dumps(said))
            is_well = bool(said["ok"])
        else:
            is_well = schema_commands.check_store(store, echo)
    if not is_well:
        raise click.exceptions.Exit(1)


@click.command()
@found_option
@json_option
def plan(sessions: StoreName, *, as_json: bool) -> None:
    """Say what `migrate` would do: statements, rows and batches, and whom it locks.

    The exit status is 1 if it would be refused.
    """
    with _looked_at(sessions.url) as store:
        if refusal := schema_commands.refusal_of(store):
            raise click.ClickException(refusal)
        steps = schema_commands.plan_steps(store)
    if as_json:
        click.echo(json.dumps(schema_commands.plan_json(steps)))
    else:
        schema_commands.print_plan(steps, click.echo)


@click.command()
@named_option
@create_option
def migrate(sessions: StoreName, *, create: bool) -> None:
    """Bring the store up to date, while programs use it.

    Rows are changed in batches. A run that is cut off goes on with the next one where
    it was. The exit status is 1 if something is left, e.g. an index that could not be
    built.
    """
    with _looked_at(sessions.url, must_exist=not create, hint=CREATE_HINT) as store:
        if not schema_commands.migrate_store(store, echo):
            raise click.exceptions.Exit(1)


@contextlib.contextmanager
def _looked_at(
    url: str, *, must_exist: bool = True, hint: str = ""
) -> Generator[SqlStore]:
    with opened_unchanged(url, must_exist=must_exist, hint=hint) as store:
        schema_commands.add_checkpoints(store)
        yield store
