"""One thread's payloads, compared with what its interactions hold."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage

from interactions_core.adapter import InteractionsClient
from interactions_core.exceptions import InteractionsError
from interactions_langgraph._remote.payload_rows import PayloadRow, PayloadRows
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.offload_format import (
    WITHOUT_ID,
    InteractionText,
    cut,
    texts_of,
)
from interactions_langgraph.deletion import ENDING

READS: Final = 64
"""How many interactions one call reads for one thread at most."""

MOST_FAILURES: Final = 100_000
"""How many failures to find a value in an interaction are remembered."""

NEAR: Final = 3
"""How many of the replies after a message are asked for it first."""


@dataclasses.dataclass(slots=True)
class OffloadReport:
    """What became of large payloads.

    Attributes:
        values: How many messages and other values were replaced.
        freed: How many bytes they take less; negative when they came back. A file gets
            no smaller by itself, but what is put next takes their place.
        failed: Interactions that could not be read, by id, and why; what they hold
            stays as it was.
    """

    values: int = 0
    freed: int = 0
    failed: dict[str, str] = dataclasses.field(default_factory=dict[str, str])

    def count(self, before: int, after: int) -> None:
        """Count a value that was replaced."""
        self.values += 1
        self.freed += before - after


InVain = set[tuple[bytes, str]]
"""Values, by digest, and interactions that do not hold them."""


class ThreadOffload:
    """Offloads one thread.

    Args:
        rows: Where the values are.
        client: Reads interactions.
        codec: What the values are serialized with.
        least: How many bytes a payload has at least.
        in_vain: What need not be tried again; added to.
        report: Takes up what became of it.
        remember: Called with texts that will be read back.
        most_reads: How many interactions are read at most.

    Attributes:
        is_cut_off: The server cannot be asked for now.
        errors: What kept interactions from being read, by id.
    """

    def __init__(
        self,
        rows: PayloadRows,
        client: InteractionsClient,
        codec: Codec,
        least: int,
        *,
        in_vain: InVain,
        report: OffloadReport,
        remember: Callable[[Iterable[InteractionText]], None],
        most_reads: int,
    ) -> None:
        self._rows = rows
        self._client = client
        self._codec = codec
        self._least = least
        self._in_vain = in_vain
        self._report = report
        self._remember = remember
        self._reads_left = most_reads
        self.is_cut_off = False
        self.errors: dict[str, InteractionsError] = {}
        self._texts: dict[str, list[InteractionText]] = {}

    def offload(
        self,
        thread: tuple[int, str],
        rows: Sequence[PayloadRow],
        recorded: Sequence[str],
    ) -> None:
        """Search large values, oldest first, and replace what an interaction holds.

        Args:
            thread: Its number and id.
            rows: Where to look for them, and for replies.
            recorded: The interactions that are recorded for it, likeliest first.
        """
        number, thread_id = thread
        large = [r for r in rows if r.size >= self._least and not r.is_offloaded]
        if large:
            fixed = self._rows.unmovable_rows(number)
            large = [row for row in large if row.row_id not in fixed]
        if not large:
            return
        replies = self._replies(rows)
        for row, sealed in self._rows.read_dumps(large):
            candidates = [
                each
                for each in _candidates(row.row_id, replies, recorded)
                if (row.digest, each) not in self._in_vain
            ]
            self._offload(row, self._codec.unseal(sealed), candidates, thread_id)

    def _offload(
        self, row: PayloadRow, dump: Dump, candidates: Iterable[str], thread_id: str
    ) -> None:
        for interaction_id in candidates:
            texts = self._read(interaction_id, thread_id)
            if texts is None:
                continue
            new = self._cut(dump, interaction_id, texts)
            if new is not None:
                if self._rows.replace(row, new):
                    self._report.count(row.size, len(new[1]))
                    self._remember(texts)
                return
            if len(self._in_vain) >= MOST_FAILURES:
                self._in_vain.clear()
            self._in_vain.add((row.digest, interaction_id))

    def _cut(
        self, dump: Dump, interaction_id: str, texts: Sequence[InteractionText]
    ) -> Dump | None:
        found = cut(dump, interaction_id, texts, self._least)
        # What is dropped here has been seen there: not by name, but byte by byte.
        if found is None or found.join(texts) != dump:
            return None
        named = dataclasses.replace(found, name=_name_of(self._codec.load(*dump)))
        return self._codec.seal_offloaded(named)

    def _read(
        self, interaction_id: str, thread_id: str
    ) -> list[InteractionText] | None:
        if interaction_id in self._texts or interaction_id in self._report.failed:
            return self._texts.get(interaction_id)
        # Cut off: the next request would fail as well, perhaps after its timeout.
        if self._reads_left <= 0 or self.is_cut_off:
            return None
        if not self._rows.may_rest_on(thread_id, interaction_id):
            return None
        self._reads_left -= 1
        try:
            found = self._client.get(interaction_id, include_input=True)
        except InteractionsError as exc:
            self._report.failed[interaction_id] = str(exc)
            self.errors[interaction_id] = exc
            self.is_cut_off = isinstance(exc, ENDING)
            return None
        self._texts[interaction_id] = texts_of(found, self._least)
        return self._texts[interaction_id]

    def _replies(self, rows: Iterable[PayloadRow]) -> Mapping[int, str]:
        """Return which interactions the thread's replies name, by row."""
        found: dict[int, str] = {}
        for row, sealed in self._rows.read_dumps(rows):
            if row.is_offloaded:
                offloaded = self._codec.open_offloaded(sealed)
                found[row.row_id] = next(offloaded.references()).interaction_id
                continue
            dump = self._codec.unseal(sealed)
            # Most values need not be built to be passed over.
            if b"interaction_id" in dump[1]:
                found[row.row_id] = interaction_of(self._codec.load(*dump))
        return {number: each for number, each in found.items() if each}


def _candidates(
    number: int, replies: Mapping[int, str], recorded: Sequence[str]
) -> Iterable[str]:
    """Order interactions by how likely they hold a value.

    A reply holds itself, and the one after a message was given that message. A reply
    may also be stored first, as a pending write beside the checkpoint with its question.
    """
    after = sorted(n for n in replies if n >= number)[: NEAR + 1]
    before = sorted(n for n in replies if n < number)[-1:]
    return dict.fromkeys([*(replies[n] for n in (*after, *before)), *recorded])


def interaction_of(value: object) -> str:
    """Return the interaction that a reply names; "" of anything else."""
    if not isinstance(value, AIMessage):
        return ""
    metadata: Mapping[str, Any] = value.response_metadata
    return str(metadata.get("interaction_id") or "")


def _name_of(value: object) -> str:
    if isinstance(value, BaseMessage):
        return f"{type(value).__name__} {value.id or WITHOUT_ID}"
    return f"a value of type {type(value).__name__}"
