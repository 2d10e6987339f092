"""Open a PostgreSQL database by its URL or through somebody else's pool."""

from dataclasses import replace
from typing import cast

from psycopg_pool import ConnectionPool

from interactions_core.exceptions import ConfigurationError
from interactions_core.stores.postgres.database import PostgresDatabase
from interactions_core.stores.postgres.limits import limited
from interactions_core.stores.postgres.pools import Pool, settings_of
from interactions_core.stores.postgres.urls import SCHEMA, read_conninfo, read_url
from interactions_core.stores.sql.schema.migrating import may_migrate


def open_database(
    place: object,
    schema: str,
    pool_size: int | None = None,
    pool_timeout_s: float | None = None,
    *,
    auto_migrate: bool | None = None,
) -> PostgresDatabase:
    """Return the database that is meant, without connecting to it.

    Arguments count more than what the URL says.

    Raises:
        ConfigurationError: The URL cannot be read, or the pool is no pool.
    """
    if isinstance(place, str):
        target = read_url(place)
        limits = limited(target.limits, pool_size, pool_timeout_s)
        database = PostgresDatabase(replace(target, limits=limits))
        database.auto_migrate = may_migrate(auto_migrate, in_url=target.auto_migrate)
        return database
    if not isinstance(place, ConnectionPool):
        message = (
            "PostgresStore takes a URL or a psycopg_pool.ConnectionPool, "
            f"not {type(place).__name__!r}; async pools do not serve its sync methods"
        )
        raise ConfigurationError(message)
    if pool_size is not None:
        message = "`pool_size` goes with a URL; a pool that is handed in has its own"
        raise ConfigurationError(message)
    pool = cast("Pool", place)
    conninfo, options = settings_of(pool)
    target = read_conninfo(conninfo, schema or SCHEMA, options)
    limits = limited(target.limits, None, pool_timeout_s)
    database = PostgresDatabase(replace(target, limits=limits), pool)
    database.auto_migrate = may_migrate(auto_migrate)
    return database
