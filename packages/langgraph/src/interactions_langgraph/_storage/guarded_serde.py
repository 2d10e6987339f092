"""Reading what LangGraph's serializer wrote, without running what a row names.

A row of a database says which classes to build and what to call them with. Here only
what the serializer itself writes is built, of classes that the program has imported or
allowed. Everything else comes back as the data that it was made of, and is named.
"""

import copy
import importlib
import logging
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

import ormsgpack
from langgraph.checkpoint.serde._msgpack import (
    SAFE_MSGPACK_METHODS,
    SAFE_MSGPACK_TYPES,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.event_hooks import emit_serde_event
from langgraph.checkpoint.serde.jsonplus import (
    EXT_CONSTRUCTOR_KW_ARGS,
    EXT_CONSTRUCTOR_POS_ARGS,
    EXT_CONSTRUCTOR_SINGLE_ARG,
    EXT_DELTA_SNAPSHOT,
    EXT_METHOD_SINGLE_ARG,
    EXT_NUMPY_ARRAY,
    EXT_PYDANTIC_V1,
    EXT_PYDANTIC_V2,
    JsonPlusSerializer,
)
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)
from langgraph.types import Send

from interactions_core.adapter import log_fields
from interactions_langgraph._storage.written_classes import PATTERN, code_of

_log = logging.getLogger("interactions_langgraph")

NAMING_CODES: Final = frozenset(
    {
        EXT_CONSTRUCTOR_SINGLE_ARG,
        EXT_CONSTRUCTOR_POS_ARGS,
        EXT_CONSTRUCTOR_KW_ARGS,
        EXT_METHOD_SINGLE_ARG,
        EXT_PYDANTIC_V1,
        EXT_PYDANTIC_V2,
    }
)
"""The extension codes whose bytes begin with module and name."""

SLOT: Final = 64
"""The extension code of a place where a part of a value is put on reading; ours."""

MOST_NAMED: Final = 1000
"""How many classes one process warns of."""

Allowed = set[tuple[str, ...]] | Literal[True] | None


class Loss(NamedTuple):
    """An object that came back as the data that it was made of."""

    module: str
    name: str
    reason: str
    is_curable: bool = False
    """It may be built where its module is imported and its class is allowed."""


Notice = Callable[[Loss], object]


class _RefusedError(Exception):
    """Nothing of this name is called."""

    def __init__(self, reason: str, *, is_curable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_curable = is_curable


def guarded(
    serde: SerializerProtocol, notice: Notice, slots: Sequence[object] = ()
) -> SerializerProtocol:
    """Return a serializer that reads the same bytes and runs nothing they name.

    Args:
        serde: LangGraph's, or one that has such a one as an attribute; it stays as it
            is. What reads in a way of its own reads on as it does.
        notice: Called with each object that is not built.
        slots: What is put into the places of a value, before whatever holds them is
            built.
    """
    if isinstance(serde, JsonPlusSerializer):
        return _guarded_jsonplus(serde, notice, slots)
    inner = {
        name: guarded(part, notice, slots)
        for name, part in _attributes(serde).items()
        if isinstance(part, SerializerProtocol) and not isinstance(part, type)
    }
    if not inner:
        return serde
    clone = copy.copy(serde)
    for name, part in inner.items():
        # Also where the class is frozen.
        object.__setattr__(clone, name, part)
    return clone


def has_own_hook(serde: SerializerProtocol) -> bool:
    """Tell whether somebody else decides what LangGraph's serializer builds."""
    return bool(getattr(serde, "_custom_unpack_ext_hook", False))


def warn_once(loss: Loss) -> None:
    """Log the first loss of each class in this process."""
    if loss in _named or len(_named) >= MOST_NAMED:
        return
    _named.add(loss)
    advice = (
        "; import it before reading, or name the class in the serializer's allow-list"
        if loss.is_curable
        else ""
    )
    _log.warning(
        "objects of %s:%s come back as the data that they were made of: %s%s",
        *loss[:3],
        advice,
        extra=log_fields("class_not_built"),
    )


_named: Final[set[Loss]] = set()


def _guarded_jsonplus(
    serde: JsonPlusSerializer, notice: Notice, slots: Sequence[object]
) -> JsonPlusSerializer:
    if has_own_hook(serde):
        return serde
    # What `with_msgpack_allowlist` does to make one with another allow-list.
    clone = copy.copy(serde)
    # `True` or a set, though its type says any bool.
    allowed = cast("Allowed", serde._allowed_msgpack_modules)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    clone._unpack_ext_hook = _Hook(allowed, notice, slots)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return clone


def _attributes(serde: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in reversed(type(serde).__mro__):
        found |= vars(each)
    return found | getattr(serde, "__dict__", {})


class _Hook:
    """Builds the objects in serialized bytes, as LangGraph's own hook does."""

    def __init__(
        self, allowed: Allowed, notice: Notice, slots: Sequence[object]
    ) -> None:
        self._allowed: Allowed = allowed
        self._notice = notice
        self._slots = slots

    def __call__(self, code: int, data: bytes) -> Any:
        if code == SLOT:
            # Without parts where only the rest of a value is looked at.
            return self._slots[int.from_bytes(data)] if self._slots else None
        if code in NAMING_CODES:
            return self._object(code, data)
        if code == EXT_DELTA_SNAPSHOT:
            return _DeltaSnapshot(self._unpack(data))
        if code == EXT_NUMPY_ARRAY:
            return self._array(data)
        reason = f"this release does not know the extension code {code}"
        self._notice(Loss("?", "?", reason))
        return None

    def _unpack(self, data: bytes) -> Any:
        return ormsgpack.unpackb(data, ext_hook=self, option=ormsgpack.OPT_NON_STR_KEYS)

    def _object(self, code: int, data: bytes) -> Any:
        module: Any = "?"
        name: Any = "?"
        payload = None
        # Constructors of the user's classes run here, and bytes may be damaged: what
        # cannot be built comes back as data, as LangGraph's own savers return it.
        try:
            module, name, payload, *rest = self._unpack(data)
            made = self._find(code, module, name, *rest[:1])
            return _build(code, made, payload)
        except _RefusedError as refused:
            loss = Loss(module, name, refused.reason, refused.is_curable)
        except Exception as exc:  # noqa: BLE001
            loss = Loss(str(module), str(name), _failure(exc))
        self._notice(loss)
        return payload

    def _find(self, code: int, module: str, name: str, method: str = "") -> Any:
        """Find what builds an object.

        Raises:
            _RefusedError: It may not be called.
        """
        is_method = code == EXT_METHOD_SINGLE_ARG
        if is_method and (module, name, method) not in SAFE_MSGPACK_METHODS:
            reason = f"LangGraph's savers call no {name}.{method}"
            raise _RefusedError(reason)
        if (module, name) == PATTERN and code == EXT_CONSTRUCTOR_POS_ARGS:
            return re.compile
        is_named = self._is_named(module, name)
        found = _look_up(module, name, imports=is_named)
        if not isinstance(found, type):
            reason = (
                f"{module} has no class {name}, where LangGraph looks for it; one "
                "inside of another class or of a function is not found there"
            )
            raise _RefusedError(reason)
        if code_of(found) != code:
            reason = "LangGraph writes no objects of it in this way"
            raise _RefusedError(reason)
        if not is_named:
            self._admit(module, name)
        return found

    def _is_named(self, module: str, name: str) -> bool:
        if (module, name) in SAFE_MSGPACK_TYPES:
            return True
        return isinstance(self._allowed, set) and (module, name) in self._allowed

    def _admit(self, module: str, name: str) -> None:
        """Let a class pass that is imported and that nobody named."""
        if self._allowed is not True:
            emit_serde_event(
                {"kind": "msgpack_blocked", "module": module, "name": name}
            )
            reason = "the serializer's allow-list does not name it"
            raise _RefusedError(reason, is_curable=True)
        emit_serde_event(
            {"kind": "msgpack_unregistered_allowed", "module": module, "name": name}
        )

    def _array(self, data: bytes) -> Any:
        try:
            # No dependency: only whoever stores arrays has it.
            np: Any = importlib.import_module("numpy")
            dtype, shape, order, buffer = self._unpack(data)
            flat = np.frombuffer(buffer, dtype=np.dtype(dtype))
            return flat.reshape(shape, order=order)
        except (ImportError, TypeError, ValueError) as exc:
            self._notice(Loss("numpy", "ndarray", _failure(exc)))
            return None


def _look_up(module: str, name: str, *, imports: bool) -> object:
    """Find what a module has by a name, and import it only if that was allowed."""
    if imports:
        return getattr(_import(module, name), name, None)
    found = sys.modules.get(module)
    if found is None:
        reason = f"{module} is not imported here, and a row of a database imports none"
        raise _RefusedError(reason, is_curable=True)
    # Not `getattr`: a module's own `__getattr__` may import others.
    return getattr(found, "__dict__", {}).get(name)


def _import(module: str, name: str) -> object:
    try:
        return importlib.import_module(module)
    # The user's modules run here.
    except Exception as exc:
        reason = f"importing {module} failed ({type(exc).__name__}: {exc})"
        # What LangGraph itself names may be of another release of Python.
        is_known = (module, name) in SAFE_MSGPACK_TYPES
        raise _RefusedError(reason, is_curable=not is_known) from exc


def _failure(exc: Exception) -> str:
    # The others may repeat what is stored.
    speaks_of_code = isinstance(exc, ImportError | TypeError | AttributeError)
    words = f": {exc}" if speaks_of_code else ""
    return f"it cannot be built ({type(exc).__name__}{words})"


def _build(code: int, cls: Any, payload: Any) -> Any:
    if code in {EXT_PYDANTIC_V1, EXT_PYDANTIC_V2}:
        return _build_model(code, cls, payload)
    if code == EXT_CONSTRUCTOR_KW_ARGS:
        return cls(**payload)
    if code == EXT_CONSTRUCTOR_POS_ARGS:
        return _build_send(*payload) if cls is Send else cls(*payload)
    return (cls.fromisoformat if code == EXT_METHOD_SINGLE_ARG else cls)(payload)


def _build_model(code: int, cls: Any, payload: Any) -> Any:
    try:
        return cls(**payload)
    # What a validator of today refuses was valid when it was stored.
    except Exception:  # noqa: BLE001
        if code == EXT_PYDANTIC_V1:
            return cls.construct(**payload)
        return cls.model_construct(**payload)


def _build_send(node: str, arg: Any, timeout: Any = None) -> Send:
    # The oldest supported release of LangGraph knows no timeout.
    return Send(node, arg) if timeout is None else Send(node, arg, timeout=timeout)
