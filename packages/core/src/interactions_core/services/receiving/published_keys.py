"""The public keys that the API publishes for its tokens: fetched rarely, kept.

Anybody can send a token, so that no token decides how often somebody else's server is
asked: one fetch at a time, none for a while after one failed, and one a minute for keys
that nobody knows. Whether a token is to be believed is not decided here.
"""

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

from interactions_core.exceptions import WebhookRefusedError
from interactions_core.extras import require
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import Lock, PerProcess
from interactions_core.secret_options import host_of

logger: Final = logging.getLogger("interactions_core")

FRESH_S: Final = 300.0
"""After this the keys are fetched anew, while those at hand are still believed."""

BELIEVED_S: Final = 3_600.0
"""How long keys are believed while they cannot be fetched again."""

UNKNOWN_S: Final = 60.0
"""How often a key that is not among those fetched may cause a fetch."""

WAIT_S: Final = 6.0
"""How long a token waits for a fetch; the API waits for an answer for a few seconds."""

_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 1_000_000
_LONGEST_BACK_OFF_S: Final = 60.0
_MOST_DOUBLINGS: Final = 6


class _Fetch:
    """The fetch that this process waits for, if any."""

    under_way: Future[None] | None = None


class PublishedKeys:
    """Finds the key that a token names. Safe to use from many threads.

    Args:
        url: Where the key set is.
        clock: Seconds that never go back.
    """

    def __init__(
        self, url: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._clock = clock
        self._lock = Lock()
        self._keys: Mapping[str, object] = {}
        self._fetched_at: float | None = None
        self._failures = 0
        self._not_before = float("-inf")
        self._fetch = PerProcess(_Fetch)

    def at_hand(self, token: str) -> object | None:
        """Return the key that a token names if it takes no fetch; never waits.

        Raises:
            WebhookRefusedError: The token cannot be read, or names no key.
        """
        name = key_name(token)
        with self._lock:
            age = self._age()
            key = self._keys.get(name) if age <= BELIEVED_S else None
            if key is not None and age > FRESH_S:
                self._begin()
            return key

    def __call__(self, token: str) -> object:
        """Return the key that a token names; fetch the keys if that may help.

        Raises:
            WebhookRefusedError: There is no such key, or nobody can tell just now.
        """
        key = self.at_hand(token)
        if key is not None:
            return key
        with self._lock:
            fetch = self._begin()
        if fetch is not None:
            try:
                fetch.result(WAIT_S)
            except FutureTimeoutError:
                raise _not_now() from None
            key = self.at_hand(token)
        if key is not None:
            return key
        with self._lock:
            known = self._age() <= BELIEVED_S and not self._failures
        if not known:
            raise _not_now()
        msg = "the delivery's token names a key that the API does not publish"
        raise WebhookRefusedError(msg)

    def _age(self) -> float:
        if self._fetched_at is None:
            return float("inf")
        return self._clock() - self._fetched_at

    def _begin(self) -> "Future[None] | None":
        """Return the fetch that is on its way, or a new one if it is time for one."""
        # A thread that a fork has left behind never comes to an end.
        mine = self._fetch.get()
        if mine.under_way is not None:
            return mine.under_way
        if self._clock() < self._not_before:
            return None
        fetch = mine.under_way = Future[None]()
        threading.Thread(
            target=self._run, args=(fetch,), name="interactions-keys", daemon=True
        ).start()
        return fetch

    def _run(self, fetch: "Future[None]") -> None:
        try:
            keys = _fetched(self._url)
        # Whatever is wrong there, those who wait for it are told.
        except Exception as exc:  # noqa: BLE001
            self._note_failure(exc)
        else:
            with self._lock:
                self._keys, self._fetched_at = keys, self._clock()
                self._failures = 0
                self._not_before = self._fetched_at + UNKNOWN_S
        finally:
            with self._lock:
                self._fetch.get().under_way = None
            fetch.set_result(None)

    def _note_failure(self, exc: Exception) -> None:
        with self._lock:
            self._failures = min(self._failures + 1, _MOST_DOUBLINGS)
            wait_s = min(2.0**self._failures, _LONGEST_BACK_OFF_S)
            self._not_before = self._clock() + wait_s
        logger.warning(
            "the keys of tokens could not be fetched from %s (%s); not before %.0f s",
            host_of(self._url),
            shown_error(exc),
            wait_s,
            extra=log_fields("token_keys_unreachable", error=exc),
        )


def key_name(token: str) -> str:
    """Return the name of the key that a token says it is signed with.

    Raises:
        WebhookRefusedError: The token cannot be read, or names none.
    """
    jwt = load_jwt()
    try:
        header: Mapping[str, object] = jwt.get_unverified_header(token)
    except jwt.PyJWTError as exc:
        msg = f"the delivery's token is not to be believed: {exc}"
        raise WebhookRefusedError(msg) from exc
    except (RecursionError, ValueError) as exc:
        msg = "the delivery's token cannot be read"
        raise WebhookRefusedError(msg, status=400) from exc
    name = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(name, str):
        msg = "the delivery's token is not signed with RS256 and a key that it names"
        raise WebhookRefusedError(msg)
    return name


def load_jwt() -> Any:  # noqa: ANN401 - the library is optional
    """Import PyJWT.

    Raises:
        MissingPackageError: It is not installed.
    """
    return require("webhooks", "jwt", what="reading the token of a delivery")


def _fetched(url: str) -> Mapping[str, object]:
    over_at = time.monotonic() + _TIMEOUT_S
    # The address is its owner's configuration, not the delivery's.
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:  # noqa: S310
        text = bytearray()
        while part := response.read1(65_536):
            text += part
            if len(text) > _MOST_BYTES or time.monotonic() > over_at:
                msg = "the key set is too long, or comes too slowly"
                raise ValueError(msg)
    keys = load_jwt().PyJWKSet.from_dict(json.loads(text)).keys
    return {
        key.key_id: key.key
        for key in keys
        if key.key_id and key.public_key_use in {"sig", None}
    }


def _not_now() -> WebhookRefusedError:
    msg = "the keys of tokens could not be fetched; deliver it again later"
    return WebhookRefusedError(msg, status=503)
