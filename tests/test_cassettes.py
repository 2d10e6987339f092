"""What holds for every cassette: it names no key."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.recorded import CASSETTES

SECRETS: list[Callable[[str], bool]] = [
    lambda text: "AIza" in text,
    lambda text: "not-a-key" in text,
    lambda text: "api-key" in text.lower(),
    lambda text: "authorization" in text.lower(),
]


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings_in(key)
            yield from strings_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)


@pytest.mark.parametrize(
    "path", sorted(CASSETTES.rglob("*.yaml")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_cassette_holds_no_key(path: Path) -> None:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))

    leaks = [text for text in strings_in(found) if any(leak(text) for leak in SECRETS)]

    assert not leaks
