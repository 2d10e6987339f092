"""Reading offloaded parts back from the server, and remembering some of them."""

import contextlib
from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final

from interactions_core.adapter import InteractionsClient
from interactions_core.exceptions import InteractionsError, RequestError
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.offload_format import (
    WITHOUT_ID,
    InteractionText,
    Offloaded,
    Reference,
    digest_of,
    texts_of,
)
from interactions_langgraph.errors import OffloadedPayloadError

CACHE_BYTES: Final = 64 * 1024 * 1024
"""How many bytes of what was read back one saver remembers."""


PAUSES_S: Final = (0.25, 1.0)
"""How long is waited before a read is tried again that may succeed."""

_GONE: Final = (404, 410)


class OffloadReader:
    """Puts offloaded values together again.

    Remembers what it read up to `CACHE_BYTES`, then begins anew. Safe for any number
    of threads; two that need the same text at once may both read it.
    """

    def __init__(self, client: InteractionsClient) -> None:
        self._client = client
        self._texts: dict[bytes, bytes] = {}
        self._size = 0

    def read(self, offloaded: Offloaded) -> Dump:
        """Return the very bytes that were offloaded.

        Raises:
            OffloadedPayloadError: The server does not have them, or cannot be asked.
        """
        texts: dict[bytes, InteractionText] = {}
        for reference in offloaded.references():
            if reference.text_digest not in texts:
                self._find(reference, offloaded, texts)
        dump = offloaded.join(texts.values())
        if dump is None:
            raise OffloadedPayloadError(
                next(offloaded.references()).interaction_id,
                offloaded.name,
                "its texts make something else than was stored: the reference to them "
                "was damaged or edited; restore the file from a backup",
            )
        return dump

    def remember(self, texts: Iterable[InteractionText]) -> None:
        """Keep texts that were read from the server."""
        for text in texts:
            self._remember(digest_of(text.body), text.body)

    def _remember(self, digest: bytes, text: bytes) -> None:
        # Without a lock, which a fork would copy in whatever state it is. At worst
        # two threads count one text once.
        if digest in self._texts or len(text) > CACHE_BYTES:
            return
        if self._size + len(text) > CACHE_BYTES:
            self._texts, self._size = {}, 0
        self._texts[digest] = text
        self._size += len(text)

    def _find(
        self,
        reference: Reference,
        offloaded: Offloaded,
        texts: dict[bytes, InteractionText],
    ) -> None:
        digest = reference.text_digest
        known = self._texts.get(digest)
        if known is None:
            texts.update(self._fetch(reference, offloaded))
        else:
            texts[digest] = InteractionText(reference.path, known)
        if digest not in texts:
            raise OffloadedPayloadError(
                reference.interaction_id,
                offloaded.name,
                "it does not hold the text any more, as the digest shows; only a "
                "backup of the file from before it was offloaded can bring it back",
            )

    def _fetch(
        self, reference: Reference, offloaded: Offloaded
    ) -> dict[bytes, InteractionText]:
        try:
            interaction = self._get(reference.interaction_id)
        except InteractionsError as exc:
            raise OffloadedPayloadError(
                reference.interaction_id,
                offloaded.name,
                _explain(exc),
                retryable=isinstance(exc, RequestError) and exc.retryable,
            ) from exc
        least = min(each.length for each in offloaded.references())
        found = {digest_of(t.body): t for t in texts_of(interaction, least)}
        # Its other texts are mostly wanted next, by another message or value.
        self.remember(found.values())
        return found

    def _get(self, interaction_id: str) -> Mapping[str, Any]:
        for pause_s in PAUSES_S:
            try:
                return self._client.get(interaction_id)
            except RequestError as exc:
                if not exc.retryable:
                    raise
            self._client.sleep(pause_s)
        return self._client.get(interaction_id)


def _explain(exc: InteractionsError) -> str:
    if isinstance(exc, RequestError) and exc.status_code in _GONE:
        return (
            f"the server has it no more ({exc}): it was deleted, was kept for as long "
            "as this API key's tier keeps interactions, or is of another key's "
            "project; only that key, or a backup of the file from before it was "
            "offloaded, can bring it back"
        )
    return f"it cannot be read now ({exc}); the reference is kept, try again when it can be"


@contextlib.contextmanager
def naming_message(message_id: bytes | None) -> Generator[None]:
    """Say which message it is that cannot be read back, by the id beside it."""
    try:
        yield
    except OffloadedPayloadError as exc:
        if message_id is None:
            raise
        kind = exc.message.removesuffix(WITHOUT_ID)
        raise exc.of_message(kind + message_id.decode()) from exc.__cause__


@contextlib.contextmanager
def naming_thread(thread_id: str) -> Generator[None]:
    """Say of which thread a message is that cannot be read back."""
    try:
        yield
    except OffloadedPayloadError as exc:
        raise exc.in_thread(thread_id) from exc.__cause__
