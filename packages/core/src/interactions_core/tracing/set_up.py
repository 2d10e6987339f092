"""Whether the program has set OpenTelemetry up, asked once a turn.

Imports nothing of OpenTelemetry: what nobody has imported, nobody has set up.
"""

import functools
import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

from interactions_core.logs import log_fields
from interactions_core.process.forking import hold_forks
from interactions_core.tracing.harmless import tried

if TYPE_CHECKING:
    from interactions_core.tracing.telemetry import Telemetry

logger: Final = logging.getLogger("interactions_core")

_TRACE: Final = "opentelemetry.trace"
_METRICS: Final = "opentelemetry.metrics"
_SDK_METRICS: Final = "opentelemetry.sdk.metrics"

_MAKERS: Final = (
    "interactions_core.tracing.watch",
    "interactions_core.tracing.job_spans",
)
"""What makes spans, whole: an old release of OpenTelemetry's may lack a part of it."""

_LANGSMITHS: Final = "langsmith.internal_provider"
"""In the resource of the provider that LangSmith sets where the program has none:
https://github.com/langchain-ai/langsmith-sdk/blob/main/python/langsmith/_internal/otel/_otel_client.py
"""

_said_missing: Final[list[str]] = []


def find_telemetry() -> "Telemetry | None":
    """Return where turns are reported, or `None` where that is nowhere.

    Never raises: a program that wants no spans of ours needs nothing of what makes
    them, which comes with the extra `otel`; and what of OpenTelemetry is set up wrongly
    is named in the log.
    """
    return tried(_find)


def _find() -> "Telemetry | None":
    modules = sys.modules
    tracers, metrics = find_tracer_provider(), modules.get(_METRICS)
    # Where nothing is set the API reads the environment, which takes longer than all
    # else here; no meters are known but the SDK's.
    has_meters = tracers is not None or _SDK_METRICS in modules
    meters = _real_provider(metrics, "get_meter_provider") if has_meters else None
    if tracers is None and meters is None:
        return None
    if _said_missing:
        # A module that cannot be imported would be run again by each turn.
        return None
    try:
        # A child that is forked meanwhile could never end the import.
        with hold_forks():
            for each in _MAKERS:
                import_module(each)
            from interactions_core.tracing.telemetry import (  # noqa: PLC0415
                telemetry_for,
            )
    except ImportError as error:
        _say_missing(error)
        return None
    return telemetry_for((tracers, meters))


def find_tracer_provider() -> object | None:
    """Return the program's tracer provider, or `None` where it has set none.

    What makes spans takes this one, never the global one: that may be another's.
    """
    return _real_provider(sys.modules.get(_TRACE), "get_tracer_provider")


def find_meter_provider() -> object | None:
    """Return the program's meter provider, or `None` where it has set none.

    Never raises, as `find_telemetry`.
    """
    metrics = sys.modules.get(_METRICS)
    return tried(lambda: _real_provider(metrics, "get_meter_provider"))


def _real_provider(module: ModuleType | None, getter: str) -> object:
    """Return the global provider, if the program has set one."""
    get = getattr(module, getter, None)
    if get is None:
        return None
    provider: object = get()
    is_programs = not _stands_in(type(provider)) and not _is_langsmiths(provider)
    return provider if is_programs else None


@functools.cache
def _stands_in(kind: type) -> bool:
    """Tell the API's own classes: they stand in for a provider, or do nothing."""
    return kind.__module__.partition("._")[0] in {_TRACE, _METRICS}


def _is_langsmiths(provider: object) -> bool:
    """Tell the provider that LangSmith reports its own runs by, tokens and all.

    With our spans in it every call would be counted twice.
    """
    told = getattr(getattr(provider, "resource", None), "attributes", None)
    return isinstance(told, Mapping) and _LANGSMITHS in told


def _say_missing(error: ImportError) -> None:
    name = str(error.name or error)
    _said_missing.append(name)
    logger.info(
        "OpenTelemetry is set up, but %s is missing or too old: turns make no spans "
        "without the extra `otel`",
        name,
        extra=log_fields("spans_missing"),
    )
