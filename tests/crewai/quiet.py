"""Keep CrewAI off the network and out of the user's folders, and import it in silence.

To be imported before CrewAI is. OpenTelemetry's own switch is left alone: it would be
one for the spans of all tests that come after, and of the processes that they start.
"""

import importlib
import os
import tempfile
import warnings
from typing import Any

os.environ.update(
    CREWAI_DISABLE_TELEMETRY="true",
    CREWAI_TRACING_ENABLED="false",
    CREWAI_DISABLE_VERSION_CHECK="true",
    CREWAI_STORAGE_DIR=tempfile.mkdtemp(prefix="crewai-"),
    XDG_DATA_HOME=tempfile.mkdtemp(prefix="crewai-"),
    XDG_CONFIG_HOME=tempfile.mkdtemp(prefix="crewai-"),
)


def imported(name: str) -> Any:
    """Import a module; CrewAI and what it imports warn of themselves meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)
