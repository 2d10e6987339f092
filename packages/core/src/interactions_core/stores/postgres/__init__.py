"""A session store in a PostgreSQL database, shared by any number of machines.

The only module of this folder that can be imported without psycopg.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from interactions_core.extras import require
from interactions_core.records.forms import KnownForm
from interactions_core.records.jobs.measures import PoolUse
from interactions_core.records.mirror import Mirror
from interactions_core.stores.sql.learned.recent_forms import RecentForms
from interactions_core.stores.sql.store import SqlStore

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

    from interactions_core.stores.postgres.database import PostgresDatabase


class PostgresStore(SqlStore):
    """Keeps sessions in a PostgreSQL database, in a schema of its own.

    Safe for any number of threads, processes and machines. Nothing is connected
    before the first use. Close it, or leave that to the end of the process; a closed
    store opens again with its next use. A pool that is handed in stays its owner's
    to open and close.

    Args:
        place: `postgresql://user@host:5432/database`, or a `ConnectionPool` of
            `psycopg_pool`. `?schema=name` sets another schema than "interactions",
            `auto_migrate=false`, `pool_size=` and `pool_timeout=` do as the arguments;
            other parameters are libpq's.
        schema: The schema, where a pool is handed in.
        mirror: How much of the content is kept.
        read_only: Only look: the tables must be there, no right to write is needed,
            and whatever would change something is a `StoreError`.
        auto_migrate: Whether the first use makes and upgrades tables. If not, a store
            that lacks something is a `StoreError`, and `interactions db migrate` does
            it; `None` for what the URL or `INTERACTIONS_AUTO_MIGRATE` says, else yes.
        pool_size: Connections of this store and process, at most; 10 if nothing is
            said. Not for a pool that is handed in.
        pool_timeout_s: How long a caller waits for one of them, or for a server that
            has none left, in seconds; 30 if nothing is said.

    Raises:
        ConfigurationError: psycopg is missing, or the URL cannot be read.
    """

    longest_name = 1_000
    """An index takes rows of 2,704 bytes: both names and the interaction's id."""

    def __init__(
        self,
        place: "str | ConnectionPool",
        *,
        schema: str = "",
        mirror: Mirror = "full",
        read_only: bool = False,
        auto_migrate: bool | None = None,
        pool_size: int | None = None,
        pool_timeout_s: float | None = None,
    ) -> None:
        pool = pool_size, pool_timeout_s
        database = _open(place, schema, *pool, auto_migrate=auto_migrate)
        database.read_only = read_only
        self._server = database
        super().__init__(database, database.place, mirror=mirror)
        self.recent_forms = RecentForms()

    def pool_use(self) -> PoolUse:
        """Say what this process uses of the server."""
        return self._server.pool_use()

    def list_forms(self) -> list[KnownForm]:
        """Return what is remembered, of other processes as it was a minute ago."""
        return self.recent_forms.read(super().list_forms)

    def keep_forms(self, forms: Sequence[KnownForm]) -> None:
        """Remember forms."""
        super().keep_forms(forms)
        self.recent_forms.forget()

    def clear_forms(self) -> int:
        """Forget all forms; other processes notice within a minute."""
        number = super().clear_forms()
        self.recent_forms.forget()
        return number


def _open(
    place: "str | ConnectionPool",
    schema: str,
    pool_size: int | None,
    pool_timeout_s: float | None,
    *,
    auto_migrate: bool | None,
) -> "PostgresDatabase":
    opening = require(
        "postgres", "interactions_core.stores.postgres.opening", what="PostgreSQL"
    )
    return opening.open_database(
        place, schema, pool_size, pool_timeout_s, auto_migrate=auto_migrate
    )
