"""What a session store is: one protocol for each kind of thing that it keeps.

`sessions.SessionStore` is all of them: interactions and their ledger, and beside them
`jobs` (runs in the background), `deletions` (what is still to be deleted on the server),
`forms` (which forms of a request were answered), `accounts` (whose sessions a key goes on
with), `retention` (how long the server keeps), `outlines` (the steps of each request), `setups`
(what stood before them),
`charges` and `budgets` (what was paid, and what may be), `measures` (numbers for those
who watch), `inspection` (conversations as one who looks inside sees them), `names` (what
people type for them) and `search` (what was said where).

There are two ways to a new store: all methods of `SessionStore`, as in `memory`; or a
`sql.database.SqlDatabase`, under `sql.store.SqlStore`, as in `sqlite` and `postgres`, with
a form of its own for each statement that its dialect reads otherwise (`sql.statements`).
`opening` finds it by its URL, `tests/contract/test_session_stores.py` and
`test_job_stores.py` hold it to this.
"""
