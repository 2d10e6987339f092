"""Reads scripts from files: JSON, YAML or Python."""

import json
import runpy
from importlib import import_module
from pathlib import Path
from typing import Any

from interactions_emulator.base.fields import FieldError


def load_script(script: object) -> object:
    """Return what a script file holds; what is no path is a script already.

    Raises:
        FieldError: The file's kind is unknown, or its content cannot be read.
        OSError: There is no such file.
    """
    if not isinstance(script, str | Path):
        return script
    path = Path(script)
    readers = {".json": _json, ".yaml": _yaml, ".yml": _yaml, ".py": _python}
    if isinstance(script, str) and path.suffix not in readers:
        return script
    if path.suffix not in readers:
        message = f"{path} must end in one of {', '.join(readers)}"
        raise FieldError(message)
    return readers[path.suffix](path)


def _json(path: Path) -> Any:  # noqa: ANN401  any JSON
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as exc:
        raise _unreadable(path, exc) from exc


def _yaml(path: Path) -> Any:  # noqa: ANN401  any JSON
    try:
        yaml: Any = import_module("yaml")
    except ModuleNotFoundError as exc:
        message = (
            f"{path} needs PyYAML: pip install pyyaml, or write the script as JSON"
        )
        raise FieldError(message) from exc
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as exc:
        raise _unreadable(path, exc) from exc


def _python(path: Path) -> Any:  # noqa: ANN401  any JSON
    """Run the file; the script is its global `script`."""
    try:
        names = runpy.run_path(str(path))
    except FileNotFoundError:
        raise
    except Exception as exc:
        kind = type(exc).__name__
        message = f"{path} cannot be run: {kind}: {exc}"
        raise FieldError(message) from exc
    if "script" not in names:
        message = f"{path} must define `script`"
        raise FieldError(message)
    return names["script"]


def _unreadable(path: Path, exc: Exception) -> FieldError:
    return FieldError(f"{path} cannot be read: {exc}")
