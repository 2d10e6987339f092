"""Give the API's refusals their meaning.

Pure: works on statuses and bodies, not on SDK classes. Error bodies come in three
shapes (an object, a front-end array, an event-stream frame); all are read here.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Final, cast

from interactions_core.exceptions import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestError,
    ServiceError,
)
from interactions_core.protocol.blocking import BLOCKED

_CONTEXT_LENGTH: Final = re.compile(
    r"token count.*exceed|context (length|window)|too many (input )?tokens",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"api[ _]?key|credential", re.IGNORECASE)
_PARENT: Final = re.compile(
    r"\bprevious[ _]interaction|\bparent interaction|\binvalid interaction name",
    re.IGNORECASE,
)
_GONE: Final = 410
_MODEL: Final = re.compile(r"\bmodels?\b|\bagents?\b", re.IGNORECASE)

_BY_STATUS: Final[Mapping[int, type[RequestError]]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    408: ServiceError,
    409: ServiceError,
    429: RateLimitError,
}

_STATUS_BY_CODE: Final[Mapping[str, int]] = {
    "invalid_request": 400,
    "invalid_argument": 400,
    "failed_precondition": 400,
    "parameter_unknown": 400,
    "authentication": 401,
    "unauthenticated": 401,
    "permission_denied": 403,
    "not_found": 404,
    "model_not_found": 404,
    "already_exists": 409,
    "request_timeout": 408,
    "aborted": 409,
    "rate_limit_exceeded": 429,
    "quota_exceeded": 429,
    "too_many_requests": 429,
    "resource_exhausted": 429,
    "api_error": 500,
    "internal": 500,
    "not_implemented": 501,
    "unimplemented": 501,
    "service_unavailable": 503,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "gateway_timeout": 504,
}

NOT_IMPLEMENTED: Final = 501
_REFUSED: Final = range(400, 600)


def refusal(
    status: int | None,
    body: object,
    *,
    retry_after: str | None = None,
    came_with: int | None = None,
) -> RequestError:
    """Turn a refusal into the error that says what it means.

    Args:
        status: The HTTP status; `None` where that is one of success, and the body's
            own code tells: an `error` event of a stream, or an error in its place.
        body: The answer's body, parsed or as text.
        retry_after: The `Retry-After` header.
        came_with: The HTTP status of a success that an error came with in one piece.
    """
    code, message = error_of(body)
    if status is None:
        status = 400 if code in BLOCKED else _status_in(code, body)
    kind = _kind(status, message)
    advice = [_advice(kind)]
    if came_with is not None:
        advice.append(f"The error came with HTTP {came_with}, and may be billed.")
    error = kind(
        message or "the answer has no explanation",
        status_code=status,
        code=code,
        retry_after_s=_seconds(retry_after),
        advice=" ".join(filter(None, advice)),
    )
    error.came_with = came_with
    return error


def error_of(body: object) -> tuple[str, str]:
    """Read code and message out of any shape of error body."""
    if isinstance(body, str | bytes):
        text = body if isinstance(body, str) else body.decode(errors="replace")
        return _error_in_text(text)
    if isinstance(body, list) and body:
        return error_of(cast("list[object]", body)[0])
    if not isinstance(body, Mapping):
        return "", ""
    # Parsed JSON has strings for keys.
    found = cast("Mapping[str, object]", body)
    inner = found.get("error", found)
    if not isinstance(inner, Mapping):
        return "", str(inner)
    error = cast("Mapping[str, object]", inner)
    code = error.get("code")
    word = code if isinstance(code, str) else error.get("status")
    return str(word or "").lower(), str(error.get("message") or "")


def is_about_parent(error: NotFoundError) -> bool:
    """Tell whether a 404 may mean the parent: it names no entity, models it does."""
    return not _MODEL.search(error.api_message)


def refuses_parent(error: RequestError, parent_id: str) -> bool:
    """Tell whether a chained create was refused for its parent, not for its input.

    API: an id that is unknown, deleted or another's is 404 without a name; one of
    another form is 400 `Invalid interaction name: interactions/...` (agent-harness,
    August 2026). Others of that kind are told by their words, which name the parent or
    its field: of all else a 400 or a 403 says that the request, or the key, is wrong.

    Args:
        error: The refusal.
        parent_id: What the create was chained on; "" for a root, which has none.
    """
    if not parent_id:
        return False
    if isinstance(error, NotFoundError):
        return is_about_parent(error)
    if error.status_code == _GONE:
        return not _MODEL.search(error.api_message)
    is_refusal = isinstance(error, InvalidRequestError | AuthenticationError)
    said = error.api_message
    return is_refusal and (parent_id in said or bool(_PARENT.search(said)))


def network_error(
    reason: str, *, sent: bool, interaction_id: str = "", proxy: str = ""
) -> NetworkError:
    """Make the error for a request that nobody answered, or not whole.

    Args:
        reason: What happened.
        sent: Whether the request may have reached the service.
        interaction_id: What it made, if that is known.
        proxy: What it goes through, without a password; "" for nothing.
    """
    advice = "Check `base_url` and the network; nothing was sent."
    if proxy:
        advice = (
            f"The request goes through the proxy {proxy}: check that it runs, or except "
            "the host from it with NO_PROXY; nothing was sent."
        )
    if sent:
        advice = "The request may have reached the service."
    return NetworkError(reason, sent=sent, advice=advice, interaction_id=interaction_id)


def _kind(status: int, message: str) -> type[RequestError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:  # noqa: PLR2004 - the class of HTTP statuses
        return ServiceError
    if _CONTEXT_LENGTH.search(message):
        return ContextLengthError
    return AuthenticationError if _KEY.search(message) else InvalidRequestError


def _status_in(code: str, body: object) -> int:
    """Return the HTTP status that an error's own code stands for; 500 if none."""
    number = _number_in(body)
    if code not in _STATUS_BY_CODE and number in _REFUSED:
        return number
    return _STATUS_BY_CODE.get(code, 500)


def _number_in(body: object) -> int:
    """Read the code of a front-end error, which is an HTTP status; 0 for none."""
    if isinstance(body, list) and body:
        return _number_in(cast("list[object]", body)[0])
    if not isinstance(body, Mapping):
        return 0
    found = cast("Mapping[str, object]", body)
    code = found.get("code")
    return code if isinstance(code, int) else _number_in(found.get("error"))


def _advice(kind: type[RequestError]) -> str:
    if kind is AuthenticationError:
        return "Check GEMINI_API_KEY or `api_key`."
    return ""


def _error_in_text(text: str) -> tuple[str, str]:
    """Read JSON text or an event-stream frame; anything else is the message."""
    for line in (text, *text.splitlines()):
        try:
            parsed: object = json.loads(line.removeprefix("data:").strip())
        except ValueError:
            continue
        if isinstance(parsed, Mapping | list):
            return error_of(cast("object", parsed))
    return "", text.strip()[:500]


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or "nan")
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
