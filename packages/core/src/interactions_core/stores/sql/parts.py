"""The parts of a session store in SQL: all tables and indexes, by who brings them.

Nothing here runs anything.
"""

from typing import Final

from interactions_core.stores.sql import lookups, rows
from interactions_core.stores.sql.accounts import account_rows
from interactions_core.stores.sql.deletion import deletion_rows
from interactions_core.stores.sql.inspection import inspection_rows, loose_rows
from interactions_core.stores.sql.interactions import (
    label_rows,
    outline_rows,
    setup_rows,
)
from interactions_core.stores.sql.jobs import (
    job_event_rows,
    job_look_rows,
    job_rows,
    job_trace_rows,
    measure_tables,
    question_rows,
)
from interactions_core.stores.sql.learned import form_rows, retention_rows
from interactions_core.stores.sql.search import text_rows
from interactions_core.stores.sql.spending import budget_rows, charge_rows

PARTS: Final = {
    "sessions": rows.MIGRATIONS,
    job_rows.PART: job_rows.MIGRATIONS,
    job_event_rows.PART: job_event_rows.MIGRATIONS,
    job_trace_rows.TABLE.table: job_trace_rows.MIGRATIONS,
    job_look_rows.TABLE.table: job_look_rows.MIGRATIONS,
    question_rows.PART: question_rows.MIGRATIONS,
    deletion_rows.PART: deletion_rows.MIGRATIONS,
    form_rows.PART: form_rows.MIGRATIONS,
    account_rows.PART: account_rows.MIGRATIONS,
    lookups.PART: lookups.MIGRATIONS,
    retention_rows.PART: retention_rows.MIGRATIONS,
    outline_rows.PART: outline_rows.MIGRATIONS,
    charge_rows.PART: charge_rows.MIGRATIONS,
    measure_tables.PART: measure_tables.MIGRATIONS,
    budget_rows.PART: budget_rows.MIGRATIONS,
    text_rows.PART: text_rows.MIGRATIONS,
    inspection_rows.PART: inspection_rows.MIGRATIONS,
    loose_rows.PART: loose_rows.MIGRATIONS,
    label_rows.PART: label_rows.MIGRATIONS,
    setup_rows.PART: setup_rows.MIGRATIONS,
}
"""The tables of a session store, by part, in the order in which they are made."""
