"""What is typed to look into a large store: each command that has a first screen."""

from collections.abc import Iterator, Sequence
from typing import Final

WITHOUT_SCREEN: Final = {
    "accounts link": "changes the store",
    "accounts unlink": "changes the store",
    "db copy": "copies all of it",
    "db forget-retention": "changes the store",
    "db migrate": "changes the store",
    "db restored": "changes the store",
    "jobs cancel": "asks the API",
    "jobs clean": "changes the store",
    "jobs watch": "is a service",
    "migrate": "copies all of it",
    "webhook serve": "is a service",
}
"""Commands that have none, and why; what the others print is waited for."""

SERVED: Final = "ui"
"""The command whose first screen is in a browser."""


def commands(
    size: int, *, job: str, page: str, indexed: bool = True
) -> Iterator[Sequence[str]]:
    """Return what is typed, the ids by their ends.

    Args:
        size: Interactions in the store, as `large_store` makes them.
        job: The key of one of its jobs.
        page: A file that is not there.
        indexed: Whether to search as well.
    """
    newest, before = f"{size - 1:044d}"[-8:], f"{size // 8:044d}"[-8:]
    yield from _lists(indexed=indexed)
    yield "sessions", "show", "long"
    yield "sessions", "show", newest
    yield "sessions", "show", newest, "--html", page
    yield "sessions", "tree", "long"
    yield "sessions", "tree", "long", "--all"
    yield "sessions", "diff", before, newest
    yield "replay", before, "--dry-run"
    yield "explain", before
    yield "explain", "last"
    yield ("explain",)
    for form in ("steps", "openai", "markdown"):
        yield "export", "--to", form
    yield "export", "--to", "steps", "--id", newest
    yield ("usage",)
    for group in ("session", "thread", "job", "agent", "reason", "day"):
        yield "usage", "--by", group
    yield "usage", "--since", "2026-10-01"
    yield "usage", "--budgets"
    yield "jobs", "list"
    yield "jobs", "list", "--all"
    yield "jobs", "show", job
    yield "accounts", "list"
    yield "accounts", "log"
    yield "db", "check"
    yield "db", "plan"
    yield "erase", "--list"
    yield "erase", "--pending", "--dry-run"
    yield "doctor", "--offline"
    yield "schema", "sessions", "list"
    yield SERVED, "--no-open"


def _lists(*, indexed: bool) -> Iterator[Sequence[str]]:
    lists = "sessions", "list"
    yield lists
    yield *lists, "-n", "200", "--tenant", "globex", "--long"
    yield *lists, "--jsonl"
    yield *lists, "--thread", "long"
    yield *lists, "--since", "2026-10-10"
    yield *lists, "--until", "2026-10-10"
    yield *lists, "--model", "pro"
    yield *lists, "--cost-over", "0.000001"
    for order in ("cost", "tokens", "turns"):
        yield *lists, "--sort", order
    yield *lists, "--expiring", "30d"
    yield *lists, "--reason", "root"
    if indexed:
        for text in ("word", '"word word"', "begun", "nobody", "v1_0000"):
            yield *lists, "-q", text
        yield *lists, "-q", "nobody", "--no-index"
