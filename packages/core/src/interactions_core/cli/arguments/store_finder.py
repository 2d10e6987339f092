"""Which files of a folder are session stores, for commands that only look."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.stores import open_store
from interactions_core.stores.opening import file_url
from interactions_core.stores.sql.schema.refusing import UPGRADE

_ENDINGS: Final = {".db", ".sqlite", ".sqlite3"}
_MAGIC: Final = b"SQLite format 3\0"


def stores_in(folder: Path) -> list[str]:
    """Return the URLs of the session stores in a folder, by name.

    Those of other releases count as well; nothing is written.
    """
    return sorted(file_url(path) for path in _databases(folder) if _is_store(path))


def _databases(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.suffix in _ENDINGS and path.is_file() and _begins_like_one(path):
            yield path


def _begins_like_one(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _is_store(path: Path) -> bool:
    try:
        open_store(path, read_only=True).close()
    except StoreSchemaError:
        return True
    except StoreError as error:
        return error.advice == UPGRADE
    return True
