"""Names that a search looks at, in SQL that databases share.

Letters count as they are; see `name_tables`. Whole indexes are read.
"""

from collections.abc import Iterable
from typing import Final

from interactions_core.records.inspection.searches import LEAST_END
from interactions_core.stores.sql.statements import Dialects, in_dialects

_KIND: Final = len("model:")
"""Characters before the name of a target, `agent:` as well."""


def _is_named(column: str) -> str:
    """Write whether a column is the name `$1`, begins with it or ends with it."""
    return f"""(substr({column}, 1, length($1)) = $1
OR (length($1) >= {LEAST_END} AND substr({column}, length({column}) - length($1) + 1) = $1))"""


_FOUND: Final = "SELECT credential, session_id, thread_id, key FROM interactions"
_ORDER: Final = """ORDER BY created_at DESC, credential, session_id, thread_id, key
LIMIT $2"""
_IS_TARGET: Final = (
    f"{_is_named('target')} OR {_is_named(f'substr(target, {_KIND + 1})')}"
)


def _given(names: Iterable[str]) -> str:
    return "".join(f" AND {name} = ${number}" for number, name in enumerate(names, 3))


def scopes(*names: str) -> Dialects:
    """Write the query of what belongs to threads and sessions of this name.

    `$1` is the name, `$2` how many at most; the values of the columns `names` follow.
    """
    columns = "credential, session_id, thread_id"
    have = f"""WHERE ({_is_named("thread_id")} OR {_is_named("session_id")}){_given(names)}"""
    return in_dialects(f"""SELECT {columns} FROM (
    SELECT {columns} FROM interactions {have} UNION SELECT {columns} FROM jobs {have}
) AS named ORDER BY credential {{by_bytes}}, session_id {{by_bytes}}, thread_id {{by_bytes}}
LIMIT $2""")


def keys(*names: str) -> str:
    """Write the query of interactions of this name, the newest first."""
    # By the index of keys: a row has all that was said.
    named = f"SELECT key FROM interactions WHERE {_is_named('key')}"
    return f"{_FOUND} WHERE key IN ({named}){_given(names)} {_ORDER}"


def targets(*names: str) -> str:
    """Write the query of interactions whose target has this name, the newest first."""
    return f"{_FOUND} WHERE ({_IS_TARGET}){_given(names)} {_ORDER}"


HAS_TARGET: Final = f"""SELECT 1 FROM ledger WHERE {_IS_TARGET}
UNION ALL SELECT 1 FROM jobs WHERE {_IS_TARGET} LIMIT 1"""
"""Whether anybody has asked a target of the name `$1`: entries are short, records not."""
