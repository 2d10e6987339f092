"""Where a PostgreSQL database is, and how to say so without its password."""

import dataclasses
from collections.abc import Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from interactions_core.exceptions import ConfigurationError
from interactions_core.stores.postgres.limits import PoolLimits, read_limits
from interactions_core.stores.sql.schema.migrating import PARAMETER

SCHEMA: Final = "interactions"
"""The PostgreSQL schema that holds the tables where a URL names none."""

LONGEST_NAME: Final = 63
"""Bytes; the server cuts longer names, and two that begin alike become one."""

CONNECT_TIMEOUT_S: Final = 10
"""How long a server may take to accept a connection, where a URL does not say."""

_SCHEMA: Final = "schema"
_SIZE: Final = "pool_size"
_TIMEOUT: Final = "pool_timeout"
_OWN: Final = (_SCHEMA, PARAMETER, _SIZE, _TIMEOUT)
"""Parameters that are ours: libpq refuses what it does not know."""

_SHOWN: Final = ("user", "host", "port", "dbname")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresTarget:
    """A database and the schema in it.

    Attributes:
        conninfo: What libpq connects with, the password included.
        shown: A URL that leads there for whoever has the password elsewhere.
        schema: The PostgreSQL schema with our tables.
        auto_migrate: What the URL says of upgrades; `None` if nothing.
        limits: How many connections there may be.
    """

    conninfo: str = dataclasses.field(repr=False)
    shown: str
    schema: str
    auto_migrate: str | None = None
    limits: PoolLimits = dataclasses.field(default_factory=PoolLimits)


def read_url(url: str) -> PostgresTarget:
    """Read `postgresql://user:password@host:port/database?schema=name`.

    All of libpq's parameters may follow the `?`; `schema`, `auto_migrate`, `pool_size`
    and `pool_timeout`, in seconds, are ours.

    Raises:
        ConfigurationError: It is not such a URL, of which the message repeats none, or
            there can be no such schema or pool.
    """
    # What libpq takes for a host or a database ends up in its messages.
    if url.partition("://")[2].count("@") > 1 or "@" in _tail(url):
        raise ConfigurationError(_UNREADABLE)
    head, mark, query = url.partition("?")
    options = [each for each in query.split("&") if each]
    own = [each for each in options if each.partition("=")[0] in _OWN]
    said = {name: values[-1] for name, values in parse_qs("&".join(own)).items()}
    rest = "&".join(each for each in options if each not in own)
    conninfo = f"{head}{mark if rest else ''}{rest}"
    target = read_conninfo(conninfo, said.get(_SCHEMA, SCHEMA))
    limits = read_limits(said.get(_SIZE), said.get(_TIMEOUT))
    return dataclasses.replace(target, auto_migrate=said.get(PARAMETER), limits=limits)


def _tail(url: str) -> str:
    """Return what follows the host, where a raw `@` is part of a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "@"
    return f"{parts.path}{parts.query}{parts.fragment}"


def read_conninfo(
    conninfo: str, schema: str = SCHEMA, more: Mapping[str, Any] = NOTHING
) -> PostgresTarget:
    """Read what libpq takes, a URL or `host=... dbname=...`, and what comes beside."""
    _check_schema(schema)
    named = {name: str(more[name]) for name in _SHOWN if more.get(name)}
    try:
        options = {**conninfo_to_dict(conninfo), **named}
    except psycopg.Error:
        # The message of libpq may quote a part of the password.
        raise ConfigurationError(_UNREADABLE) from None
    if not set(str(options.get("port") or "")) <= set("0123456789,"):
        raise ConfigurationError(_UNREADABLE)
    options.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
    options.setdefault("fallback_application_name", "interactions")
    options["client_encoding"] = "UTF8"
    return PostgresTarget(make_conninfo("", **options), _shown(options, schema), schema)


def _check_schema(name: str) -> None:
    """Refuse names that the server refuses, or would take for another."""
    size = len(name.encode(errors="surrogatepass"))
    if not 0 < size <= LONGEST_NAME or not name.isprintable():
        problem = f"has 1 to {LONGEST_NAME} bytes, all of them printable"
    elif name.startswith("pg_"):
        problem = "does not begin with 'pg_', which is the server's own"
    else:
        return
    message = f"the name of a PostgreSQL schema {problem}: {name!r}"
    raise ConfigurationError(message)


def _shown(options: Mapping[str, str | int | None], schema: str) -> str:
    user, hosts, ports, name = (str(options.get(key) or "") for key in _SHOWN)
    pairs = zip_longest(hosts.split(","), ports.split(","), fillvalue="")
    where = ",".join(
        f"{quote(host, safe=':[]')}{port and f':{port}'}" for host, port in pairs
    )
    own = "" if schema == SCHEMA else f"?schema={quote(schema)}"
    return f"postgresql://{user and f'{quote(user)}@'}{where}{name and f'/{quote(name)}'}{own}"


_UNREADABLE: Final = (
    "the PostgreSQL URL cannot be read; use 'postgresql://user@host:5432/database', "
    "with ':', '/', '?', '#', '@' and '%' of a user or password written as '%3A', "
    "'%2F', '%3F', '%23', '%40' and '%25', or set PGPASSWORD"
)
