"""The key, the API and the clock: one question that costs nothing.

What is asked for is an interaction that nobody has. Whoever answers that there is none
has taken the key, and tells the time.
"""

import base64
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.client.identity import address_of, credential_of
from interactions_core.client.proxies import check_proxies, proxy_for
from interactions_core.client.sdk import open_idle_client
from interactions_core.client.sdk_errors import meaning_of
from interactions_core.doctor.checks import Check
from interactions_core.doctor.stores import shown_credential
from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    InteractionsError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
)
from interactions_core.secret_options import check_address, masked_address
from interactions_core.turns.context import ClientPolicy

TIMEOUT_S: Final = 20.0
CLOCK_ALLOWED_S: Final = 5.0
"""By how much clocks may differ: leases of 60 seconds are taken over machines, and a
header tells whole seconds only."""

WEBHOOKS_REFUSED_S: Final = 300.0
"""Beyond that a receiver takes every delivery for an old one."""

_KEYS: Final = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
"""In the order in which google-genai looks at them."""

_ADDRESSES: Final = ("GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL")
_PLATFORM: Final = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")

_TOKEN: Final = b"nobody-has-interaction0"
NOBODYS: Final = "v1_" + (
    base64.urlsafe_b64encode(b"\x0a\x17" + _TOKEN + b"\x12\x17" + _TOKEN)
    .decode()
    .rstrip("=")
)
"""An id of the API's form that it has given to nobody."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the question.

    Attributes:
        error: What the API said, or why nobody did; `None` for a 200.
        date: The `Date` header; "" for none.
        took_s: How long it took.
        asked_at: Epoch seconds by our clock, half-way.
    """

    error: Exception | None
    date: str
    took_s: float
    asked_at: float


@contextmanager
def client_here(
    *, offline: bool, clock: Callable[[], float]
) -> Generator[InteractionsClient | Check]:
    """Open a client with what the environment says, or tell why there is none."""
    trouble = _trouble(offline=offline)
    if trouble is not None:
        yield trouble
        return
    policy = ClientPolicy(max_retries=0, retention_s=0.0, clock=clock)
    connection = Connection(timeout_s=TIMEOUT_S)
    with ExitStack() as stack:
        try:
            if offline:
                idle = stack.enter_context(closing(open_idle_client(connection)))
                connection = replace(connection, client=idle)
            opened = closing(InteractionsClient(connection, policy))
            client = stack.enter_context(opened)
            client.sdk()
        # google.auth has errors of its own for credentials that are not there.
        except Exception as exc:  # noqa: BLE001
            yield Check("key", "fail", _told(exc))
            return
        yield client


def check_service(
    client: InteractionsClient,
    *,
    offline: bool,
    secret: bytes | None,
    clock: Callable[[], float],
) -> Iterator[Check]:
    """Look at the key, and ask the API with it unless that is not wanted.

    Args:
        client: With what the environment says.
        offline: Whether to ask nothing.
        secret: What a store keys the fingerprint of the key with.
        clock: Epoch seconds.
    """
    answer = None if offline else _ask(client, clock)
    yield from _key(client, answer, secret)
    if answer is not None:
        yield _api(client, answer)
        yield from _clock(answer)


def _trouble(*, offline: bool) -> Check | None:
    """Look for what keeps a client from being opened."""
    try:
        check_proxies()
    except ConfigurationError as exc:
        return Check("proxy", "fail", str(exc))
    try:
        for name in _ADDRESSES:
            check_address(name, os.environ.get(name, ""))
    except ConfigurationError as exc:
        return Check("api", "fail", str(exc))
    if offline and _is_vertex():
        # Opening such a client may ask for credentials.
        return Check("key", "ok", "credentials of the platform, not looked at offline")
    return None


def _is_vertex() -> bool:
    return any(os.environ.get(name, "").lower() in {"1", "true"} for name in _PLATFORM)


def keys_here() -> list[str]:
    """Return the keys of the environment, for what must not show them."""
    return [key for name in _KEYS if (key := os.environ.get(name, "").strip())]


def _ask(client: InteractionsClient, clock: Callable[[], float]) -> Answer:
    began, timer = clock(), time.perf_counter()
    error: Exception | None = None
    headers: Any = None
    try:
        # The SDK's resource is built at run time and has no usable static type.
        raw = cast("Any", client.sdk()).interactions.with_raw_response.get(
            NOBODYS, timeout=TIMEOUT_S
        )
        headers = raw.headers
    # The outermost boundary of the SDK's code, as in `wire`.
    except Exception as exc:  # noqa: BLE001
        error = meaning_of(exc) or exc
        headers = getattr(getattr(exc, "response", None), "headers", None)
    took_s = time.perf_counter() - timer
    date = headers.get("date", "") if headers is not None else ""
    return Answer(error, date, took_s, began + took_s / 2)


def _key(
    client: InteractionsClient, answer: Answer | None, secret: bytes | None
) -> Iterator[Check]:
    given = [name for name in _KEYS if os.environ.get(name)]
    values = {os.environ[name].strip() for name in given}
    name = given[0] if given and not _is_vertex() else "credentials of the platform"
    whose = credential_of(client.sdk(), secret or b"")
    # A fingerprint is keyed with the secret of a store; without one there is none.
    shown = shown_credential(whose) if secret else whose.rpartition("|")[0]
    text = f"{name}, {shown}"
    if answer is not None and isinstance(answer.error, AuthenticationError):
        said = answer.error.api_message
        text = f"{text} was refused, HTTP {answer.error.status_code}: {said}"
        fix = "Check the key, what it is restricted to, and its project."
        yield Check("key", "fail", text, fix)
    else:
        yield Check("key", "ok", text)
    if len(values) > 1:
        text = f"{given[0]} and {given[1]} are set and differ; the first is used"
        yield Check("key", "warn", text, f"Unset {given[1]}, or {given[0]}.")


def _api(client: InteractionsClient, answer: Answer) -> Check:
    url, version = address_of(client.sdk())
    variable = next((name for name in _ADDRESSES if os.environ.get(name)), "")
    where = masked_address(url, "address") + (f" ({variable})" if variable else "")
    proxy = proxy_for(url)
    through = f", through the proxy {proxy}" if proxy is not None else ""
    answered = f"{where} answered in {answer.took_s * 1000:.0f} ms{through}"
    error = answer.error
    if isinstance(error, RateLimitError):
        text = f"{answered}, that the quota is used up: {error.api_message}"
        return Check("api", "warn", text, "Calls fail until it is renewed.")
    if isinstance(error, AuthenticationError):
        return Check("api", "ok", f"{answered}, but not with this key")
    if error is None or isinstance(error, NotFoundError | InvalidRequestError):
        if error is not None and error.code:
            return Check("api", "ok", f"{answered}; version {version}")
        status = 200 if error is None else error.status_code
        text = f"{answered}, but with HTTP {status} and not as the API does"
        return Check("api", "fail", text, "Check the address: is that the API?")
    return Check("api", "fail", f"{where}: {_told(error)}")


def _clock(answer: Answer) -> Iterator[Check]:
    try:
        said = parsedate_to_datetime(answer.date).timestamp()
    except ValueError:
        if _is_answered(answer):
            yield Check("clock", "warn", "the answer has no Date to compare with")
        return
    # The header is cut to whole seconds, so on average it is half of one behind.
    behind = said + 0.5 - answer.asked_at
    side = "behind" if behind > 0 else "ahead of"
    text = f"{abs(behind):.1f} s {side} the API"
    # An answer that took long was dated at some moment of that time.
    if abs(behind) <= CLOCK_ALLOWED_S + answer.took_s / 2:
        allowed = f"leases and expiry allow {CLOCK_ALLOWED_S:.0f} s"
        yield Check("clock", "ok", f"{text}; {allowed}")
        return
    fix = "Set the clock: jobs may be taken over while somebody waits for them"
    refused = abs(behind) > WEBHOOKS_REFUSED_S
    if refused:
        fix += ", and every delivery of a webhook is refused as too old or too new"
    yield Check("clock", "fail" if refused else "warn", text, f"{fix}.")


def _is_answered(answer: Answer) -> bool:
    return (
        answer.error is None or getattr(answer.error, "status_code", None) is not None
    )


def _told(exc: Exception) -> str:
    """Say what was raised; texts of others are cut, and ours hold no secrets."""
    if isinstance(exc, InteractionsError):
        return str(exc)
    return f"{type(exc).__name__}: {exc}".rstrip(": ")[:300]
