"""The texts of steps that a search looks at: what was said, asked of tools, and found.

Pure. Thoughts, signatures and media are not among them.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from interactions_core.canonical import Json, JsonObject

LONGEST_STEP: Final = 200_000
"""Characters of a step that are looked at; the rest is found by nobody."""

_HUGE: Final = 10**100
"""Python refuses to write numbers of some thousand digits."""

_SAID: Final = frozenset({"user_input", "model_output"})


def said_texts(steps: Iterable[JsonObject]) -> Iterator[str]:
    """Yield the texts of steps, each as it was said.

    Of a step no more than `LONGEST_STEP` characters, all in all.
    """
    for step in steps:
        yield from _cut(_texts(step))


def _cut(texts: Iterable[str]) -> Iterator[str]:
    left = LONGEST_STEP
    for text in texts:
        if left <= 0:
            return
        yield text[:left]
        left -= len(text)


def _texts(step: JsonObject) -> Iterator[str]:
    kind = step.get("type")
    if kind in _SAID:
        return _blocks(step.get("content"))
    if kind == "function_call":
        return chain(_leaves(step.get("name")), _leaves(step.get("arguments")))
    if kind == "function_result":
        result = step.get("result")
        found = _blocks(result) if isinstance(result, list) else _leaves(result)
        return chain(_leaves(step.get("name")), found)
    return iter(())


def _blocks(content: Json) -> Iterator[str]:
    """Yield the text blocks among content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list | tuple):
        for block in content:
            if isinstance(block, Mapping) and block.get("type") == "text":
                yield from _leaves(block.get("text"))


def _leaves(value: Json) -> Iterator[str]:
    """Yield the names and values of an object, however deep, as texts."""
    waiting: list[Json] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            waiting.extend(reversed([part for pair in each.items() for part in pair]))
        elif isinstance(each, list | tuple):
            waiting.extend(reversed(each))
        elif isinstance(each, float) or (type(each) is int and abs(each) < _HUGE):
            yield str(each)
