"""Reading stored values back, and noticing when one comes back as something else.

LangGraph's serializer raises nothing for a class that is gone or not allowed: it hands
out what the object was made of. Stored again, that would be all there is. So the
classes that are named in the bytes are counted before and after.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import ormsgpack
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from interactions_core.exceptions import InteractionsError
from interactions_langgraph._codec import Codec
from interactions_langgraph._message_states import Dump

# The msgpack extensions of `JsonPlusSerializer` that begin with module and name.
_NAMING_CODES: Final = range(6)

Name = tuple[str, str]


class UnreadableValueError(InteractionsError):
    """A value of the source cannot be read as what was stored."""


class Loader:
    """Reads what another saver stored with a serializer."""

    def __init__(self, serde: SerializerProtocol) -> None:
        self._serde = serde
        self._codec = Codec(serde)

    def load(self, dump: Dump, where: str) -> Any:
        """Read a value.

        Args:
            dump: What kind of bytes, and the bytes.
            where: What to call the place in errors.

        Raises:
            UnreadableValueError: It cannot be read, or only as something else.
        """
        # Constructors of the user's own classes run here.
        try:
            value = self._serde.loads_typed(dump)
            lost = self._lost(dump, value)
        except Exception as exc:
            message = f"{where} cannot be read ({type(exc).__name__}: {exc})"
            raise UnreadableValueError(message) from exc
        if lost:
            raise UnreadableValueError(_explain(where, lost))
        return value

    def load_json(self, text: str | bytes | None, where: str) -> dict[str, Any]:
        """Read metadata that lies in the database as JSON."""
        try:
            value = json.loads(text) if text else {}
        except ValueError as exc:
            message = f"{where} is not JSON ({exc})"
            raise UnreadableValueError(message) from exc
        if not isinstance(value, dict):
            message = f"{where} is not a JSON object"
            raise UnreadableValueError(message)
        return value

    def is_equal(self, left: object, right: object) -> bool:
        """Tell whether two values are the same to this serializer, or by themselves."""
        if self._codec.dump(left) == self._codec.dump(right):
            return True
        # A set may come back in another order.
        same: object = left == right
        return same is True

    def _lost(self, dump: Dump, value: object) -> list[Name]:
        if not self._codec.knows_messages:
            return []
        before = Counter(map(_today, _names_of(self._opened(dump)).elements()))
        if not before:
            return []
        return sorted(before - _names_of(self._codec.dump(value)))

    def _opened(self, dump: Dump) -> Dump:
        type_, plus, cipher = dump[0].partition("+")
        if plus and isinstance(self._serde, EncryptedSerializer):
            return type_, self._serde.cipher.decrypt(cipher, dump[1])
        return dump


def _names_of(dump: Dump) -> Counter[Name]:
    """Count the classes that objects in serialized bytes are of."""
    found: Counter[Name] = Counter()
    type_, body = dump
    if type_ == "msgpack":
        _collect(body, found)
    elif type_ == "json":
        json.loads(body, object_hook=lambda part: _collect_json(part, found))
    return found


def _collect(body: bytes, found: Counter[Name]) -> Any:
    def enter(code: int, data: bytes) -> None:
        inner = _collect(data, found)
        if code in _NAMING_CODES:
            found[str(inner[0]), str(inner[1])] += 1

    return ormsgpack.unpackb(body, ext_hook=enter, option=ormsgpack.OPT_NON_STR_KEYS)


def _collect_json(part: Mapping[str, Any], found: Counter[Name]) -> None:
    # The form before msgpack. Objects of LangChain (`lc` 1) raise if they cannot be
    # built.
    path = part.get("id")
    if part.get("lc") == 2 and isinstance(path, list) and path:  # noqa: PLR2004
        found[".".join(map(str, path[:-1])), str(path[-1])] += 1


def _today(name: Name) -> Name:
    """Return where a class is defined that moved since it was stored."""
    # What the serializer was not allowed to import is not imported here either.
    cls = getattr(sys.modules.get(name[0]), name[1], None)
    return (cls.__module__, cls.__name__) if isinstance(cls, type) else name


def _explain(where: str, lost: list[Name]) -> str:
    names = ", ".join(f"{module}:{name}" for module, name in lost)
    return (
        f"{where} holds objects that cannot be built here: {names}. Make their modules "
        "importable (--app-dir), and allow their classes where only known ones are "
        "(--allow)"
    )
