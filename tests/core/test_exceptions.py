"""Errors cross processes: queues and workers pickle what they raise."""

import copy
import pickle
from collections.abc import Callable

import pytest

from interactions_core import exceptions
from interactions_core.exceptions import (
    ConfigurationError,
    InteractionsError,
    InterruptedStreamError,
    JobFailedError,
    LostSubmitError,
    NetworkError,
    RateLimitError,
    StoreSchemaError,
)

ERRORS = [
    ConfigurationError("an option is wrong"),
    RateLimitError("slow down", status_code=429, code="quota", retry_after_s=7.0),
    NetworkError("reset", sent=True, advice="Try again."),
    JobFailedError("v1_x", "failed", "no reason"),
    InterruptedStreamError("v1_x", "cut", ({"type": "thought"},)),
    LostSubmitError("key"),
    StoreSchemaError("sqlite:///x", "sessions", found=9, supported=1),
]

OF_ANY_RELEASE = (
    b"cinteractions_core.exceptions\n_restored\np0\n"
    b"(cinteractions_core.exceptions\nRateLimitError\np1\n(VHTTP 429: slow down\np2\n"
    b"tp3\ntp4\nRp5\n(dp6\nVstatus_code\np7\nI429\nsVcode\np8\nV\np9\n"
    b"sVapi_message\np10\nVslow down\np11\nsVretry_after_s\np12\nNsb."
)
"""How every release pickles the error below."""


@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])  # noqa: S301
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_error_keeps_message_and_attributes(
    error: InteractionsError, again: Callable[[InteractionsError], InteractionsError]
) -> None:
    other = again(error)

    assert type(other) is type(error)
    assert str(other) == str(error)
    assert vars(other) == vars(error)


def test_error_is_pickled_as_every_release_reads_it() -> None:
    error = RateLimitError("slow down", status_code=429)

    assert pickle.dumps(error, 0) == OF_ANY_RELEASE
    assert vars(pickle.loads(OF_ANY_RELEASE)) == vars(error)  # noqa: S301


@pytest.mark.parametrize("name", exceptions.__all__)
def test_error_has_its_home_where_users_import_it_from(name: str) -> None:
    assert getattr(exceptions, name).__module__ == "interactions_core.exceptions"
