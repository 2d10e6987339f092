"""What options make of clients: the same with every adapter."""

from datetime import timedelta
from typing import Any

import pytest

from interactions_core import MemoryStore
from interactions_core.adapter import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_POLL,
    DEFAULT_RETENTION_S,
    DEFAULT_TIMEOUT_S,
)
from interactions_core.adapter.options import (
    check_mirror,
    connection_from_options,
    policy_from_options,
)
from interactions_core.exceptions import ConfigurationError


class Sealed:
    """A secret as pydantic keeps it."""

    def get_secret_value(self) -> str:
        return "a key"


def clock() -> float:
    return 0.0


@pytest.mark.parametrize("key", ["a key", Sealed()], ids=["plain", "sealed"])
def test_key_is_sent_whatever_it_is_kept_in(key: object) -> None:
    made = connection_from_options({"api_key": key, "anchor_key": key})

    assert (made.api_key, made.anchor_keys) == ("a key", (b"a key",))


def test_several_anchor_keys_are_read_in_their_order() -> None:
    made = connection_from_options({"anchor_key": (Sealed(), "the old one")})

    assert made.anchor_keys == (b"a key", b"the old one")


def test_options_that_are_not_there_have_their_defaults() -> None:
    connection, policy = (
        connection_from_options({}),
        policy_from_options({}, clock=clock),
    )

    assert (connection.api_key, connection.anchor_keys) == (None, ())
    assert connection.timeout_s == DEFAULT_TIMEOUT_S
    assert (policy.max_retries, policy.poll) == (DEFAULT_MAX_RETRIES, DEFAULT_POLL)
    assert policy.retention_s == DEFAULT_RETENTION_S
    assert (policy.resubmits, policy.returns_empty) == (False, True)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"on_lost_submit": "resubmit"}, {"resubmits": True}),
        ({"on_empty": "raise"}, {"returns_empty": False}),
        ({"retention": timedelta(days=2)}, {"retention_s": 172_800.0}),
        (
            {"poll": (2.0, 4.0), "max_retries": 0},
            {"poll": (2.0, 4.0), "max_retries": 0},
        ),
    ],
)
def test_policy_does_what_the_options_say(
    options: dict[str, Any], expected: dict[str, Any]
) -> None:
    made = policy_from_options(options, clock=clock)

    assert {name: getattr(made, name) for name in expected} == expected


def test_mirror_of_a_store_that_somebody_else_opened_is_named() -> None:
    store = MemoryStore(mirror="signatures")

    check_mirror(store, "signatures")
    check_mirror(store, None)
    with pytest.raises(ConfigurationError, match="mirror='full' has no effect"):
        check_mirror(store, "full")
