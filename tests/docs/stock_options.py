"""The options of a framework's own class, from the package where it is installed.

`python tests/docs/stock_options.py langchain_google_genai:ChatGoogleGenerativeAI`
prints them as JSON, in an environment that has that package; `tests/docs/stock` keeps
what it printed for packages that are not installed with the tests. A second name is a
class whose options are left out: one that ours has as well.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any, Final, get_type_hints, is_typeddict

STOCK: Final = Path(__file__).parent / "stock"


def kept(name: str) -> dict[str, Any]:
    """Read what was printed for a class: `package`, `version`, `options`, `blocks`."""
    return json.loads((STOCK / f"{name}.json").read_text(encoding="utf-8"))


def named(path: str) -> type:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def options_of(stock: type) -> set[str]:
    """Return the names under which a class takes options, other names among them."""
    if is_typeddict(stock):
        return set(get_type_hints(stock))
    fields: dict[str, Any] = getattr(stock, "model_fields", {})
    if not fields:
        return {*inspect.signature(stock).parameters} - {"args", "kwargs"}
    return {name for key, field in fields.items() for name in _names(key, field)}


def _names(key: str, field: Any) -> Iterator[str]:
    yield key
    others = getattr(field.validation_alias, "choices", [field.validation_alias])
    yield from (name for name in (field.alias, *others) if isinstance(name, str))


def described(stock: type, without: type | None) -> dict[str, Any]:
    (package, *_) = packages_distributions()[stock.__module__.partition(".")[0]]
    left_out = options_of(without) if without else set[str]()
    return {
        "package": package,
        "version": version(package),
        "class": stock.__name__,
        "options": sorted(options_of(stock) - left_out),
        "blocks": sorted(blocks_named_beside(stock)),
    }


def blocks_named_beside(stock: type) -> set[str]:
    """Return the types of content blocks that the module of a class looks for."""
    source = inspect.getsource(sys.modules[stock.__module__])
    return set(_LOOKED_FOR.findall(source))


_LOOKED_FOR: Final = re.compile(r'(?:\["type"\]|\.get\("type"\)|block_type) == "(\w+)"')


if __name__ == "__main__":
    print(json.dumps(described(*[*map(named, sys.argv[1:]), None][:2]), indent=2))  # noqa: T201 - its output
