"""Proxies of the environment that are down, unusable, or not asked."""

import contextlib
import sys
import time

import pytest

from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError, NetworkError
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator

PROXY = "http://user:hidden@127.0.0.1:9"


@pytest.fixture(autouse=True)
def unproxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies of whoever runs the tests out of them."""
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)


def ask(base_url: str) -> object:
    connection = Connection(api_key="k", base_url=base_url)
    policy = ClientPolicy(max_retries=0, retention_s=1.0, clock=time.time)
    with contextlib.closing(InteractionsClient(connection, policy)) as client:
        return client.get("v1_none")


def test_proxy_that_is_down_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)

    with pytest.raises(NetworkError, match="nothing was sent") as caught:
        ask("http://example.invalid")

    assert "the proxy http://127.0.0.1:9 (HTTP_PROXY)" in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert not caught.value.sent


def test_proxy_that_is_not_asked_is_not_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with pytest.raises(NetworkError, match="Check `base_url`") as caught:
        ask("http://127.0.0.1:9")

    assert "proxy" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "socks5://user:hidden@127.0.0.1:9",
            r"socks5://127\.0\.0\.1:9 \(ALL_PROXY\) needs the package socksio",
        ),
        ("ftp://user:hidden@host", r"ftp://host \(ALL_PROXY\) cannot be used"),
    ],
)
def test_proxy_that_cannot_be_spoken_to_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, address: str, words: str, emulator: Emulator
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    monkeypatch.setitem(sys.modules, "socksio", None)

    with pytest.raises(ConfigurationError, match=words) as caught:
        ask(emulator.url)

    assert "hidden" not in str(caught.value)
    assert emulator.requests() == []


def test_address_of_the_environment_without_a_scheme_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "localhost:80")

    with pytest.raises(ConfigurationError, match="GOOGLE_GEMINI_BASE_URL begins with"):
        ask("")
