"""`interactions schema`: what the JSON of commands looks like."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

import click

_ENDING: Final = ".json"
_BETWEEN: Final = re.compile(r"[\s_-]+")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", nargs=-1, metavar="[NAME]")
def schema(name: tuple[str, ...]) -> None:
    """Print the JSON Schema of what a command prints with --json.

    NAME is the command, `sessions list` or `sessions_list`, with the option by which it
    prints something else, `usage --budgets`; without one, the names are printed.
    """
    known = dict(_schemas())
    if not name:
        click.echo("\n".join(sorted(known)))
        return
    wanted = _BETWEEN.sub("_", "_".join(name))
    if wanted not in known:
        msg = f"there is no schema of that name; there are {', '.join(sorted(known))}"
        raise click.UsageError(msg)
    click.echo(known[wanted], nl=False)


def _schemas() -> Iterator[tuple[str, str]]:
    for file in files("interactions_core.cli").joinpath("schemas").iterdir():
        if file.name.endswith(_ENDING):
            yield file.name.removesuffix(_ENDING), file.read_text(encoding="utf-8")
