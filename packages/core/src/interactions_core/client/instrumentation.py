"""Somebody else's instrumentation of google-genai that loses what was answered.

`opentelemetry-instrumentation-google-genai` wraps the SDK's `create` and reads the
model of whatever it returns. Asked for the raw response, as all here is, the SDK
returns one that has none, and the wrapper raises once the service has answered: the
answer is paid for, and lost with each call.
"""

import functools
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from interactions_core.exceptions import ConfigurationError

_PACKAGE: Final = "opentelemetry-instrumentation-google-genai"
_MODULE: Final = "opentelemetry.instrumentation.google_genai"
_RESOURCES: Final = "google.genai._gaos.interactions"
_CLASSES: Final = ("Interactions", "AsyncInteractions")

_LAST_LOSING: Final = (1, 3)
"""The newest release that was seen to do so; what comes later is let be."""


def check_instrumentation() -> None:
    """Refuse to create through a wrapper that loses the answer; looks at modules only.

    What reads an interaction loses nothing: that package lets raw responses of `get`
    pass, and a read can be repeated.

    Raises:
        ConfigurationError: google-genai is instrumented so. Nothing was sent.
    """
    if _MODULE not in sys.modules or not _is_wrapped():
        return
    found = _release()
    if found and tuple(map(int, re.findall(r"\d+", found)[:2])) > _LAST_LOSING:
        return
    message = (
        f"{_PACKAGE} {found} loses each answer after it is paid for: it takes the raw "
        "responses that are asked for here for parsed ones. Leave it out; the spans "
        "of these packages say what its own do. Nothing was sent"
    )
    raise ConfigurationError(message)


def _is_wrapped() -> bool:
    resources = sys.modules.get(_RESOURCES)
    creates = (
        getattr(getattr(resources, name, None), "create", None) for name in _CLASSES
    )
    # wrapt's name for what a wrapper calls.
    wrappers = (getattr(create, "_self_wrapper", None) for create in creates)
    return any(
        str(getattr(wrapper, "__module__", "")).startswith(_MODULE)
        for wrapper in wrappers
    )


@functools.cache
def _release() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""
