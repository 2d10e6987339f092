"""Whether the program has set OpenTelemetry up, asked once a turn.

Imports nothing of OpenTelemetry: what nobody has imported, nobody has set up.
"""

import logging
import sys
from typing import TYPE_CHECKING, Final

from interactions_core.logs import log_fields

if TYPE_CHECKING:
    from interactions_core.tracing.telemetry import Telemetry

logger: Final = logging.getLogger("interactions_core")

_PROVIDERS: Final = (
    ("opentelemetry.trace", "get_tracer_provider"),
    ("opentelemetry.metrics", "get_meter_provider"),
)

_said_missing: Final[list[str]] = []


def find_telemetry() -> "Telemetry | None":
    """Return where turns are reported, or `None` where that is nowhere.

    Never raises: a program that wants no spans of ours needs nothing of what makes
    them, which comes with the extra `otel`.
    """
    providers = tuple(_real_provider(*each) for each in _PROVIDERS)
    if providers == (None, None):
        return None
    try:
        from interactions_core.tracing.telemetry import telemetry_for  # noqa: PLC0415
    except ImportError as error:
        _say_missing(error)
        return None
    return telemetry_for(providers)


def _real_provider(module: str, getter: str) -> object:
    """Return the global provider, if the program has set one.

    The API's own classes stand in for one until then, or do nothing on purpose.
    """
    get = getattr(sys.modules.get(module), getter, None)
    if get is None:
        return None
    provider: object = get()
    stands_in = type(provider).__module__.partition("._")[0] == module
    return None if stands_in else provider


def _say_missing(error: ImportError) -> None:
    name = str(error.name or error)
    if name not in _said_missing:
        _said_missing.append(name)
        logger.info(
            "OpenTelemetry is set up, but %s is not installed: turns make no spans "
            "without the extra `otel`",
            name,
            extra=log_fields("spans_missing"),
        )
