"""A serializer, and what may be assumed of it.

Equal values must be found equal before they are stored, so digests are taken of
the bytes before encryption, which differ each time after it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._storage.guarded_serde import (
    Notice,
    guarded,
    has_own_hook,
    warn_once,
)
from interactions_langgraph._storage.list_cache import ListCache
from interactions_langgraph._storage.message_states import (
    Dump,
    Fields,
    MessageCache,
    build_message,
    pack_fields,
    pack_message,
    split_id,
)
from interactions_langgraph._storage.offload_format import PREFIX, Offloaded

MessageState = bytes | Dump
"""A message packed, or serialized where it cannot be packed."""


class Codec:
    """One serializer with a cache of the messages that it read.

    Safe for any number of threads if the serializer is.

    Attributes:
        has_slots: What it writes can have slots for parts that are put in on reading.
        is_compact: The serializer is LangGraph's own, without encryption.
        knows_messages: It serializes a message by its class and fields.
        lists: The lists of messages that were stored last.
        domain: Sets the digests of one kind of serializer apart from another's.
    """

    def __init__(
        self,
        serde: SerializerProtocol,
        read_offloaded: Callable[[Offloaded], Dump] | None = None,
        notice: Notice = warn_once,
    ) -> None:
        self.serde = serde
        self._notice = notice
        self._reader = guarded(serde, notice)
        self._offload_reader = read_offloaded or _refuse
        self._sealing = _plain_encryption(serde)
        self._inner = self._sealing.serde if self._sealing else serde
        self.knows_messages = _is_jsonplus(self._inner)
        self.has_slots = self.knows_messages and _reads_as_jsonplus(self._inner)
        self._messages = MessageCache()
        self.lists = ListCache()
        self.is_compact = self._sealing is None and self.knows_messages
        self.domain = f"{type(serde).__name__}/{type(self._inner).__name__}\0".encode()

    def dump(self, value: object) -> Dump:
        """Serialize without encrypting."""
        type_, body = self._inner.dumps_typed(value)
        return type_, bytes(body)

    def seal(self, dump: Dump) -> Dump:
        """Encrypt what `dump` returned, if this serializer encrypts."""
        if self._sealing is None:
            return dump
        name, sealed = self._sealing.cipher.encrypt(dump[1])
        return f"{dump[0]}+{name}", sealed

    def unseal(self, dump: Dump) -> Dump:
        """Decrypt what `seal` returned, without deserializing it."""
        type_, plus, cipher = dump[0].partition("+")
        if not plus or self._sealing is None:
            return dump
        return type_, self._sealing.cipher.decrypt(cipher, dump[1])

    def seal_offloaded(self, offloaded: Offloaded) -> Dump:
        """Serialize a value in pieces, encrypted like any other."""
        type_, body = self.seal(self.dump(offloaded.to_plain()))
        return PREFIX + type_, body

    def open_offloaded(self, dump: Dump) -> Offloaded:
        """Read back what `seal_offloaded` returned, and fetch nothing."""
        type_, body = dump
        return Offloaded.from_plain(self.load(type_.removeprefix(PREFIX), body))

    def load(self, type_: str, body: bytes) -> Any:
        """Read back what was sealed; whatever the serializer raises is raised.

        Nothing is built but what the serializer writes, of classes that the program
        has imported or allowed; the rest comes back as data, and is named.
        """
        return self._reader.loads_typed(self._read_offloaded(type_, body))

    def load_with(self, parts: Sequence[object], type_: str, body: bytes) -> Any:
        """Read back a value, and put parts into its slots before it is built."""
        if not parts:
            return self.load(type_, body)
        reader = guarded(self.serde, self._notice, parts)
        return reader.loads_typed(self._read_offloaded(type_, body))

    def load_message(
        self, type_: str, body: bytes, message_id: bytes | None = None
    ) -> Any:
        """Read back a message: a new object that nobody else holds.

        Args:
            type_: What kind of bytes.
            body: The bytes.
            message_id: What `split_id` took off it.
        """
        dump = self._read_offloaded(type_, body)
        if not self.knows_messages:
            return self._reader.loads_typed(dump)
        message = self._messages.load(dump, self._reader.loads_typed)
        if message_id is not None and isinstance(message, BaseMessage):
            message.id = message_id.decode()
        return message

    def state(self, message: BaseMessage, fields: Fields | None = None) -> MessageState:
        """Pack all that `dump` would see of a message, at this moment.

        Or, of a message of plain data, at the moment when `fields` was copied.
        """
        if not self.knows_messages:
            return self.dump(message)
        packed = pack_fields(fields) if fields else pack_message(message)
        return self.dump(message) if packed is None else packed

    def split_id(self, state: MessageState) -> tuple[MessageState, bytes | None]:
        """Take the id off a message, where it may be stored beside the rest.

        An encrypted database shows nothing of a message, its id included.
        """
        splits = self.is_compact and self.has_slots
        if not splits or not isinstance(state, bytes):
            return state, None
        rest, found = split_id(state)
        return rest, None if found is None else found.encode()

    def dump_state(self, state: MessageState) -> Dump:
        """Serialize the message as it was when its state was taken."""
        return self.dump(build_message(state)) if isinstance(state, bytes) else state

    def _read_offloaded(self, type_: str, body: bytes) -> Dump:
        if type_.startswith(PREFIX):
            return self._offload_reader(self.open_offloaded((type_, body)))
        return type_, body


def _refuse(offloaded: Offloaded) -> Dump:
    message = f"{offloaded.name} was offloaded, and nothing here reads it back"
    raise ConfigurationError(message)


def _plain_encryption(serde: SerializerProtocol) -> EncryptedSerializer | None:
    # A subclass that serializes in its own way is taken as it is.
    if (
        isinstance(serde, EncryptedSerializer)
        and type(serde).dumps_typed is EncryptedSerializer.dumps_typed
    ):
        return serde
    return None


def _is_jsonplus(serde: SerializerProtocol) -> bool:
    return (
        isinstance(serde, JsonPlusSerializer)
        and type(serde).dumps_typed is JsonPlusSerializer.dumps_typed
    )


def _reads_as_jsonplus(serde: SerializerProtocol) -> bool:
    return type(serde).loads_typed is JsonPlusSerializer.loads_typed and not (
        has_own_hook(serde)
    )
