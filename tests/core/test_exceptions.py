"""Errors cross processes: queues and workers pickle what they raise."""

import copy
import pickle
from collections.abc import Callable

import pytest

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


@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])  # noqa: S301
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_error_keeps_message_and_attributes(
    error: InteractionsError, again: Callable[[InteractionsError], InteractionsError]
) -> None:
    other = again(error)

    assert type(other) is type(error)
    assert str(other) == str(error)
    assert vars(other) == vars(error)
