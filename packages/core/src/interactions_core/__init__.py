"""Session mapping, stores and recovery for Gemini's Interactions API.

Each name is imported when it is asked for.
"""

from typing import TYPE_CHECKING

from interactions_core.deferred import deferred

if TYPE_CHECKING:
    from interactions_core.exceptions import InteractionsError
    from interactions_core.explaining.explain import explain
    from interactions_core.explaining.explanation import Explanation
    from interactions_core.exporting.export import Exported, export
    from interactions_core.options.plan_decisions import PlanDecision
    from interactions_core.stores import (
        MemoryStore,
        PostgresStore,
        SessionStore,
        SqliteStore,
        open_store,
    )
    from interactions_core.usage import Usage

__all__ = [
    "Explanation",
    "Exported",
    "InteractionsError",
    "MemoryStore",
    "PlanDecision",
    "PostgresStore",
    "SessionStore",
    "SqliteStore",
    "Usage",
    "explain",
    "export",
    "open_store",
]

__getattr__, __dir__ = deferred(
    __name__,
    {
        "Explanation": "interactions_core.explaining.explanation",
        "Exported": "interactions_core.exporting.export",
        "InteractionsError": "interactions_core.exceptions",
        "MemoryStore": "interactions_core.stores",
        "PlanDecision": "interactions_core.options.plan_decisions",
        "PostgresStore": "interactions_core.stores",
        "SessionStore": "interactions_core.stores",
        "SqliteStore": "interactions_core.stores",
        "Usage": "interactions_core.usage",
        "explain": "interactions_core.explaining.explain",
        "export": "interactions_core.exporting.export",
        "open_store": "interactions_core.stores",
    },
)
