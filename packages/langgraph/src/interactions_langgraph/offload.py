"""Leaving large payloads to the server, and restoring them.

A local copy is dropped only after the interaction was read and holds the same bytes.
Each value is replaced in one statement, so whoever is killed in between leaves it
either here or there.
"""

import dataclasses
import logging
from collections.abc import Iterable
from typing import Final

from langgraph.checkpoint.serde.base import SerializerProtocol

from interactions_core.adapter import (
    Connection,
    InteractionsClient,
    SessionStore,
    log_fields,
    shown_error,
)
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._remote.offload_cursors import OffloadCursors
from interactions_langgraph._remote.payload_rows import PayloadRow, PayloadRows
from interactions_langgraph._remote.thread_offload import (
    READS,
    InVain,
    OffloadReport,
    ThreadOffload,
)
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.offload_reader import OffloadReader
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph.deletion import ENDING, open_client
from interactions_langgraph.errors import OffloadedPayloadError

__all__ = ["OffloadReport", "OffloadedPayloadError"]

LEAST: Final = 1024
"""A reference takes some hundred bytes itself."""

PUT_TIMEOUT_S: Final = 10.0
"""How long one request within a `put` takes at most."""

PUT_READS: Final = 4
"""How many interactions are read within a `put` at most."""

FIRST_ROWS: Final = 64
"""How many of a thread's newest rows the first `put` of a saver searches."""

_log = logging.getLogger("interactions_langgraph")


class Offloader:
    """Moves payloads of one database's threads to the server's copies and back.

    Safe for any number of threads and processes: whoever is second finds it done.

    Args:
        tables: Where the values are.
        sessions: Which interactions belong to which thread.
        connection: How to read interactions.
        least: How many bytes a payload has at least; `None` to leave none to the
            server, and only read what was left to it.
    """

    def __init__(
        self,
        tables: CheckpointTables,
        sessions: SessionStore,
        connection: Connection,
        least: int | None,
    ) -> None:
        self._least = least
        self._cursors = OffloadCursors()
        self._rows = PayloadRows(tables)
        self._sessions = sessions
        self._client = open_client(connection)
        # Whoever waits for `put` should not wait for a server that is down.
        timeout_s = min(connection.timeout_s, PUT_TIMEOUT_S)
        self._put_client = open_client(
            dataclasses.replace(connection, timeout_s=timeout_s)
        )
        self._in_vain: InVain = set()
        self.reader = OffloadReader(self._client)

    def close(self) -> None:
        """Close the connections; the next use opens them again."""
        self._client.close()
        self._put_client.close()

    def forget(self, thread_id: str) -> None:
        """Drop what is remembered of a thread that was deleted."""
        self._cursors.forget(thread_id)

    def record_reply(self, thread_id: str, values: Iterable[object]) -> None:
        """Make a thread due if a reply is among values that were stored."""
        if self._least is not None:
            self._cursors.record_reply(thread_id, values)

    def after_put(self, thread_id: str, values: Iterable[object], codec: Codec) -> None:
        """Offload what is new of a thread, if a reply was stored."""
        self.record_reply(thread_id, values)
        position = self._cursors.pop_due(thread_id)
        # A serializer that was set on the saver later may be any.
        if position is None or self._least is None or not codec.knows_messages:
            return
        # The checkpoint is stored: whoever put it is not to be told otherwise, not
        # even by a constructor of the user's own classes.
        try:
            self._offload_newest(thread_id, position, codec, self._least)
        except Exception as exc:  # noqa: BLE001
            _log.warning(
                "thread %s: not offloaded (%s)",
                thread_id,
                shown_error(exc),
                extra=log_fields("thread_not_offloaded", error=exc, thread=thread_id),
            )

    def offload(self, thread_ids: Iterable[str] | None, codec: Codec) -> OffloadReport:
        """Replace all payloads that the server holds."""
        if self._least is None:
            message = "give InteractionsSaver offload=BYTES before you offload"
            raise ConfigurationError(message)
        check_codec(codec)
        report = OffloadReport()
        for number, thread_id in self._rows.threads(thread_ids):
            held = self._sessions.held_by(thread_id)
            newest_first = [each.key for each in reversed(held)]
            offload = self._new_offload(self._client, codec, self._least, report, READS)
            offload.offload(
                (number, thread_id), self._rows.rows_of(number), newest_first
            )
            if offload.is_cut_off:
                break
        return report

    def restore(self, thread_ids: Iterable[str] | None, codec: Codec) -> OffloadReport:
        """Read what was offloaded, and store it here again."""
        report = OffloadReport()
        for number, thread_id in self._rows.threads(thread_ids):
            rows = [row for row in self._rows.rows_of(number) if row.is_offloaded]
            for row, dump in self._rows.read_dumps(rows):
                try:
                    self._restore(row, dump, codec, report)
                except OffloadedPayloadError as exc:
                    report.failed[exc.interaction_id] = str(exc.in_thread(thread_id))
                    if isinstance(exc.__cause__, ENDING):
                        return report
        return report

    def _offload_newest(
        self, thread_id: str, position: int, codec: Codec, least: int
    ) -> None:
        report = OffloadReport()
        offload = self._new_offload(self._put_client, codec, least, report, PUT_READS)
        last = position
        for number, _ in self._rows.threads([thread_id]):
            # None behind a place: the thread was deleted and begins anew.
            behind = self._rows.rows_of(number, position) if position else []
            rows = behind or self._rows.rows_of(number)[-FIRST_ROWS:]
            offload.offload((number, thread_id), rows, ())
            last = rows[-1].row_id if rows else 0
        for interaction_id, error in offload.errors.items():
            _log.warning(
                "not offloaded from %s yet: %s",
                interaction_id,
                shown_error(error),
                extra=log_fields(
                    "not_offloaded", error=error, id=interaction_id, thread=thread_id
                ),
            )
        self._cursors.advance(
            thread_id,
            position,
            last,
            is_well=not report.failed,
            is_cut_off=offload.is_cut_off,
        )

    def _new_offload(
        self,
        client: InteractionsClient,
        codec: Codec,
        least: int,
        report: OffloadReport,
        most_reads: int,
    ) -> ThreadOffload:
        return ThreadOffload(
            self._rows,
            client,
            codec,
            least,
            in_vain=self._in_vain,
            report=report,
            remember=self.reader.remember,
            most_reads=most_reads,
        )

    def _restore(
        self, row: PayloadRow, dump: Dump, codec: Codec, report: OffloadReport
    ) -> None:
        offloaded = codec.open_offloaded(dump)
        holders = {each.interaction_id for each in offloaded.references()}
        if holders & report.failed.keys():
            return
        found = self.reader.read(offloaded)
        new = codec.seal(found)
        if self._rows.replace(row, new):
            report.count(row.size, len(new[1]))


def check_codec(codec: Codec) -> None:
    """Refuse a serializer whose bytes cannot be told apart.

    Raises:
        ConfigurationError: It is not LangGraph's own.
    """
    if not codec.knows_messages:
        message = (
            "offloading needs LangGraph's own serializer, alone or under an "
            "EncryptedSerializer: what another one writes cannot be compared"
        )
        raise ConfigurationError(message)


def check_least(offload: int | None, serde: SerializerProtocol) -> int | None:
    """Return from how many bytes on payloads are offloaded, if that can be.

    Raises:
        ConfigurationError: So few bytes that a reference would be longer, or another
            serializer than LangGraph's own.
    """
    if offload is None:
        return None
    if offload < LEAST:
        message = f"offload takes at least {LEAST} bytes, not {offload}"
        raise ConfigurationError(message)
    check_codec(Codec(serde))
    return offload
