"""The database of a `PostgresSaver`, written."""

import contextlib
from collections.abc import Generator, Sequence
from typing import Any, ClassVar, Final

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from psycopg.rows import dict_row

from interactions_core.adapter.secrets import host_of
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.json_serde import JsonSerde
from interactions_langgraph._migration.sources import CheckpointKey, WriteKey
from interactions_langgraph._migration.thread_contents import ThreadContents

_PRESENT: Final = (
    "SELECT to_regclass('checkpoint_threads') IS NOT NULL AS ours, "
    "to_regclass('checkpoints') IS NOT NULL AS used, "
    "to_regclass('checkpoint_migrations') IS NOT NULL AS stock"
)
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_CHECKPOINTS: Final = (
    "SELECT checkpoint_id, checkpoint_ns AS namespace, "
    "parent_checkpoint_id AS parent_id FROM checkpoints WHERE thread_id = %s"
)
_WRITES: Final = (
    "SELECT checkpoint_id, checkpoint_ns AS namespace, task_id, channel "
    "FROM checkpoint_writes WHERE thread_id = %s"
)
_KEEP_BLOB: Final = (
    "INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, "
    "blob) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class _RowsForAllSaver(PostgresSaver):
    """Keeps also plain values in rows of their own, the only ones LangGraph JS reads."""

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        after = super().put(config, checkpoint, metadata, new_versions)
        where = config.get("configurable", {})
        for name, value in checkpoint["channel_values"].items():
            if name in new_versions:
                place = where["thread_id"], where["checkpoint_ns"], name
                dump = self.serde.dumps_typed(value)
                with self._cursor() as cursor:
                    cursor.execute(_KEEP_BLOB, (*place, new_versions[name], *dump))
        return after


class PostgresTarget:
    """A schema of a PostgreSQL database, the first of the search path.

    Raises:
        ConfigurationError: Its tables are another program's, or ours.
        StoreError: It cannot be reached, or refuses.
    """

    # `get_serializable_checkpoint_metadata` of LangGraph leaves it out.
    drops: ClassVar[Sequence[str]] = ("writes",)
    refusals: ClassVar[tuple[type[Exception], ...]] = (
        psycopg.DataError,
        TypeError,
        ValueError,
    )

    def __init__(self, url: str, serde: SerializerProtocol) -> None:
        self.name = f"postgresql://{host_of(url)}"
        try:
            # As `PostgresSaver.from_conn_string` does.
            self._db = psycopg.Connection[dict[str, Any]].connect(
                url, autocommit=True, prepare_threshold=0, row_factory=dict_row
            )
        except psycopg.ProgrammingError:
            # Its words repeat parts of the URL, which has a password in it.
            message = f"{self.name} is no URL that psycopg understands"
            raise ConfigurationError(message) from None
        except psycopg.Error as exc:
            raise self._explained(exc) from exc
        try:
            self._check()
            # A row that is there already, of a value that is no plain one, stays.
            kind = _RowsForAllSaver if isinstance(serde, JsonSerde) else PostgresSaver
            self.saver = kind(self._db, serde=serde)
            self.saver.setup()
        except psycopg.Error as exc:
            self._db.close()
            raise self._explained(exc) from exc
        except BaseException:
            self._db.close()
            raise

    @contextlib.contextmanager
    def writing(self, thread_id: str) -> Generator[None]:
        """Keep all or nothing; two such commands take turns at a thread."""
        try:
            with self._db.transaction():
                self._db.execute(_LOCK, (f"interactions migrate --back {thread_id}",))
                yield
        except psycopg.Error as exc:
            raise self._explained(exc) from exc

    def holdings(self, thread_id: str) -> ThreadContents:
        """Name what there is of a thread."""
        checkpoints = self._db.execute(_CHECKPOINTS, (thread_id,)).fetchall()
        writes = self._db.execute(_WRITES, (thread_id,)).fetchall()
        keys = [CheckpointKey(**row) for row in checkpoints]
        return ThreadContents.of_keys(
            thread_id,
            [key._replace(parent_id=key.parent_id or None) for key in keys],
            [WriteKey(**row) for row in writes],
        )

    def words_of(self, exc: Exception) -> str:
        """Say why a value is refused; the rest of such an error quotes it."""
        diagnosis = exc.diag.message_primary if isinstance(exc, psycopg.Error) else None
        return diagnosis or str(exc).partition("\n")[0]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _check(self) -> None:
        [found] = self._db.execute(_PRESENT).fetchall()
        if found["ours"]:
            message = (
                f"the schema that {self.name} leads to has tables of ours; with --back, "
                "TARGET is one of LangGraph's PostgresSaver, or an empty one"
            )
            raise ConfigurationError(message)
        if found["used"] and not found["stock"]:
            message = (
                f"{self.name} has another program's table 'checkpoints'; name another "
                "database or schema, nothing was added to this one"
            )
            raise ConfigurationError(message)

    def _explained(self, exc: psycopg.Error) -> StoreError:
        # The server's own words name a user and a database, never a password.
        problem = f"it cannot be written to ({self.words_of(exc)})"
        advice = "What was written back before is whole; run the command again."
        return StoreError(self.name, problem, advice)
