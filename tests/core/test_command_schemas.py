"""`interactions schema`, and what is published of the JSON of commands."""

import json
from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from interactions_core.cli.root import interactions
from tests.schemas import FOLDER, published

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(interactions, ["schema", *arguments])


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_as_it_is_published(name: str) -> None:
    done = run(name)

    assert done.exit_code == 0
    assert json.loads(done.stdout) == published(name)
    Draft202012Validator.check_schema(published(name))


def test_names_are_listed_and_may_be_typed_as_the_command_is() -> None:
    assert run().stdout.split() == NAMES
    assert {"explain", "sessions_list", "usage"} <= {*NAMES}
    assert run("sessions", "list").stdout == run("sessions_list").stdout
    assert run("sessions-list").stdout == run("sessions_list").stdout
    assert run("usage", "--budgets").stdout == run("usage_budgets").stdout


def test_every_json_of_a_command_has_its_schema() -> None:
    """The names of commands that take --json, and of the option that prints another."""
    taking = {name for name, command in commands(interactions) if takes_json(command)}

    # What `replay` prints is a body of the API's own, and `export` a line for each.
    published = {name.replace(" ", "_") for name in taking - {"replay"}}
    assert published | {"usage_budgets", "export"} == {*NAMES}


def commands(
    group: click.Group, before: str = ""
) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


def takes_json(command: click.Command) -> bool:
    """Tell whether a command of core prints JSON where it is asked to."""
    is_core = command.callback and command.callback.__module__.startswith(
        "interactions_core."
    )
    return bool(is_core) and any("--json" in each.opts for each in command.params)


def test_a_name_of_none_is_an_error_that_names_all() -> None:
    done = run("session")

    assert done.exit_code == 2
    assert "sessions_list" in done.stderr


def test_what_has_one_name_is_the_same_in_all_schemas() -> None:
    seen: dict[str, Any] = {}
    for name in ("sessions_list", "sessions_show", "sessions_tree"):
        for key, definition in published(name)["$defs"].items():
            assert seen.setdefault(key, definition) == definition, (name, key)
    assert published("jobs_show")["$defs"] == published("jobs_list")["$defs"]
