"""Reading stored values back, and noticing when one comes back as something else.

LangGraph's serializer raises nothing for a class that is gone or not allowed: it hands
out what the object was made of. Stored again, that would be all there is. So a value is
refused if it could be read better, and kept as the source reads it if it could not.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from interactions_core.exceptions import InteractionsError
from interactions_langgraph._migration.class_names import (
    JSON,
    Name,
    current_name,
    holders_of,
    names_of,
)
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.guarded_serde import Loss
from interactions_langgraph._storage.message_states import Dump

_SWALLOWED: Final = "the object that holds it was read back without it"
_AS_JSON: Final = "it was stored as JSON, and is not built from that here"


class UnreadableValueError(InteractionsError):
    """A value of the source cannot be read as what was stored.

    Attributes:
        names: Classes whose objects in it may be built elsewhere.
    """

    def __init__(self, message: str, names: Iterable[Name] = ()) -> None:
        super().__init__(message)
        self.names = tuple(names)


class Kept(NamedTuple):
    """An object of the source that is kept as the data that it was made of."""

    what: str
    """The channel or the write."""
    name: Name
    reason: str
    where: str
    """In which checkpoint."""


class Loader:
    """Reads what another saver stored with a serializer.

    Args:
        serde: The serializer.
        as_data: Classes whose objects are kept as data wherever they cannot be built.

    Attributes:
        serde: As it was given.
    """

    def __init__(
        self, serde: SerializerProtocol, as_data: Collection[Name] = ()
    ) -> None:
        self.serde = serde
        self._as_data = as_data
        self._losses: list[Loss] = []
        self._codec = Codec(serde, notice=self._losses.append)
        # A value is read again to be compared.
        self._kept: dict[Kept, None] = {}

    def load(self, dump: Dump, where: str, what: str = "") -> Any:
        """Read a value.

        Args:
            dump: What kind of bytes, and the bytes.
            where: Which checkpoint it belongs to.
            what: Its channel or write; nothing for the checkpoint itself.

        Raises:
            UnreadableValueError: It cannot be read, or could be read better.
        """
        subject = f"{what} of {where}" if what else where
        self._losses.clear()
        # Constructors of the user's own classes run here.
        try:
            value = self._codec.load(*dump)
            losses = [*self._losses, *self._find_unnoticed(dump, value)]
        except Exception as exc:
            message = f"{subject} cannot be read ({type(exc).__name__}: {exc})"
            raise UnreadableValueError(message) from exc
        self._check(losses, subject)
        for loss in losses:
            holders = [what] if what else holders_of(loss[:2], self._decrypt(dump))
            for holder in holders:
                self._keep(loss, holder, where)
        return value

    def admit(self, losses: Sequence[Loss], what: str, where: str) -> None:
        """Take note of what somebody else read as data, unless it can be read better.

        Args:
            losses: The objects of a value that were not built.
            what: The value's channel or write.
            where: Which checkpoint it belongs to.

        Raises:
            UnreadableValueError: Some may be built elsewhere.
        """
        self._check(losses, f"{what} of {where}")
        for loss in losses:
            self._keep(loss, what, where)

    def take_kept(self) -> list[Kept]:
        """Return the objects that were kept as data since the last call."""
        kept = [*self._kept]
        self._kept.clear()
        return kept

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

    def _check(self, losses: Sequence[Loss], subject: str) -> None:
        curable = {loss[:2] for loss in losses if loss.is_curable}
        missing = sorted(curable.difference(self._as_data))
        if missing:
            reasons = {loss.reason for loss in losses if loss[:2] in missing}
            raise UnreadableValueError(_explain(subject, missing, reasons), missing)

    def _keep(self, loss: Loss, holder: str, where: str) -> None:
        self._kept[Kept(holder, loss[:2], loss.reason, where)] = None

    def _find_unnoticed(self, dump: Dump, value: object) -> list[Loss]:
        """Find what is missing of what the bytes name, although nothing failed."""
        if not self._codec.knows_messages:
            return []
        opened = self._decrypt(dump)
        before = Counter(map(current_name, names_of(opened)))
        if not before:
            return []
        known = Counter(current_name(loss[:2]) for loss in self._losses)
        missing = before - Counter(names_of(self._codec.dump(value))) - known
        if opened[0] == JSON:
            return [Loss(*name, _AS_JSON, not self._allows(name)) for name in missing]
        return [Loss(*name, _SWALLOWED) for name in missing]

    def _allows(self, name: Name) -> bool:
        allowed = getattr(self.serde, "_allowed_json_modules", None)
        path = (*name[0].split("."), name[1])
        return allowed is True or path in (allowed or ())

    def _decrypt(self, dump: Dump) -> Dump:
        type_, plus, cipher = dump[0].partition("+")
        if plus and isinstance(self.serde, EncryptedSerializer):
            return type_, self.serde.cipher.decrypt(cipher, dump[1])
        return dump


def _explain(subject: str, missing: list[Name], reasons: Iterable[str]) -> str:
    names = ", ".join(f"{module}:{name}" for module, name in missing)
    return (
        f"{subject} holds objects that cannot be built here: {names} "
        f"({'; '.join(sorted(reasons))})"
    )
