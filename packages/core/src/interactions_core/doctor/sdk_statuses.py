"""The statuses that the installed SDK knows, without half a second of imports.

They are read from the file in which its types are declared; where a release declares
them elsewhere, from the types themselves.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, get_args

_FILE: Final = "_gaos/types/interactions/interaction.py"
_NAME: Final = "InteractionStatus"


def sdk_statuses() -> set[str]:
    """Return the words; none where the SDK is not there, or looks different inside."""
    return {*_declared()} or {*_typed()}


def _declared() -> Iterator[str]:
    try:
        spec = find_spec("google.genai")
    except ImportError:
        return
    for folder in (spec and spec.submodule_search_locations) or ():
        try:
            text = (Path(folder) / _FILE).read_text(encoding="utf-8")
            declared = ast.parse(text).body
        except (OSError, SyntaxError, ValueError):
            continue
        for each in declared:
            if isinstance(each, ast.Assign) and _is_named(each.targets):
                yield from _texts(each.value)


def _is_named(targets: list[ast.expr]) -> bool:
    return any(isinstance(each, ast.Name) and each.id == _NAME for each in targets)


def _texts(value: ast.expr) -> Iterator[str]:
    for part in ast.walk(value):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _typed() -> Iterator[str]:
    try:
        api = import_module("google.genai.interactions")
        status = api.Interaction.model_fields["status"].annotation
    except (ImportError, AttributeError, KeyError):
        return
    for part in get_args(status):
        yield from (word for word in get_args(part) if isinstance(word, str))
