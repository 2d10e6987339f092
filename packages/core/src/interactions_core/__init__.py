"""Session mapping, stores and recovery for Gemini's Interactions API."""

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
