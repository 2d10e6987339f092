"""What is measured of the commands is measured of all of them."""

from collections.abc import Iterator

import click
from benchmarks.common.commands import WITHOUT_SCREEN, commands

from interactions_core.cli.root import interactions


def test_each_command_is_timed_or_has_no_first_screen() -> None:
    timed = {" ".join(each) for each in commands(1_000, job="job", page="page")}
    here = {name for name, _ in _commands(interactions, ())}

    for name in here:
        is_timed = any(each == name or each.startswith(f"{name} ") for each in timed)
        assert is_timed != (name in WITHOUT_SCREEN), name
    # Adapters bring theirs where they are installed.
    assert {*WITHOUT_SCREEN} - here <= {"migrate"}


def test_each_option_that_chooses_conversations_is_timed() -> None:
    [listed] = [
        own for name, own in _commands(interactions, ()) if name == "sessions list"
    ]
    typed = {word for each in commands(1_000, job="job", page="page") for word in each}
    choosing = {"tenant", "thread", "since", "until", "model", "reason", "expiring"}

    for option in (
        p for p in listed.params if p.name in choosing | {"cost_over", "query"}
    ):
        assert typed.intersection(option.opts), option.name


def _commands(
    command: click.Command, above: tuple[str, ...]
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(above), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, (*above, name))
