"""What an error of google-genai, or of its HTTP library, means; the outermost boundary."""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final, cast

from interactions_core.client.proxies import proxy_for
from interactions_core.exceptions import InteractionsError
from interactions_core.protocol.refusals import network_error, refusal

_NEVER_SENT: Final = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
    }
)
_NETWORK: Final = frozenset(
    {
        "APIConnectionError",
        "APITimeoutError",
        "TransportError",
        "RequestError",
        "StreamError",
    }
)


@contextlib.contextmanager
def translate_errors() -> Generator[None]:
    """Raise our errors for the SDK's; this is the outermost boundary of its code."""
    try:
        yield
    except (InteractionsError, GeneratorExit):
        raise
    except Exception as exc:
        meaning = meaning_of(exc)
        if meaning is None:
            raise
        raise meaning from exc


def meaning_of(exc: Exception) -> InteractionsError | None:
    """Say what an exception of the SDK or its HTTP library means.

    Works on attributes and class names: the classes are private, live in other
    places in each SDK major, and none derives from `google.genai.errors.APIError`.

    Returns:
        Our error, or `None` for an exception that is not about a request.
    """
    status = getattr(exc, "status_code", None)
    if not isinstance(status, int):
        status = getattr(exc, "code", None)
    if isinstance(status, int):
        body = getattr(exc, "body", None) or getattr(exc, "details", None) or str(exc)
        return refusal(status, body, retry_after=_retry_after(exc))
    causes = list(_causes(exc))
    if _class_names(exc) & _NETWORK:
        sent = not any(_class_names(cause) & _NEVER_SENT for cause in causes)
        last = causes[-1]
        reason = f"{type(last).__name__}: {last}".rstrip(": ")
        return network_error(reason, sent=sent, proxy=_proxy_of(causes))
    return None


def _proxy_of(causes: Sequence[BaseException]) -> str:
    """Name the proxy that a failed request goes through; "" for none."""
    for cause in causes:
        # Some raise where they have no request.
        with contextlib.suppress(AttributeError, RuntimeError):
            url = str(cast("Any", cause).request.url)
            proxy = proxy_for(url)
            return str(proxy) if proxy is not None else ""
    return ""


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield what led to an exception, but not what its caller was handling."""
    cause: BaseException | None = exc
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _class_names(exc: BaseException) -> frozenset[str]:
    return frozenset(kind.__name__ for kind in type(exc).__mro__)


def _retry_after(exc: Exception) -> str | None:
    headers = getattr(getattr(exc, "response", None), "headers", None)
    return headers.get("retry-after") if headers is not None else None
