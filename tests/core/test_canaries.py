"""No canary sings: secrets of core's own objects are in nothing that is shown."""

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from google import genai

from interactions_core import InteractionsError, MemoryStore, PostgresStore, SqliteStore
from interactions_core.cli.root import interactions
from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.anchors import Signer
from interactions_core.records.interactions import Scope
from interactions_core.records.turn import Turn
from interactions_core.secret_options import (
    is_telling,
    masked,
    secrets_in,
    shown_store,
)
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.stores import open_store
from interactions_core.stores.sqlite.database import SqliteDatabase
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_core.turns.effects import Create, OpenStream
from interactions_core.turns.lookup import TurnStore
from interactions_emulator import Emulator
from tests.canaries import (
    AGENT_CONFIG,
    API_KEY,
    ENVIRONMENT,
    MCP_SERVER,
    RETRIEVAL,
    SESSIONS,
    WEBHOOKS,
    base_url_at,
    chain_of,
    leaks,
    leaks_in_files,
    logged,
)
from tests.conftest import Clock

SETTINGS = {
    "tools": [MCP_SERVER, RETRIEVAL],
    "environment": ENVIRONMENT,
    "agent_config": AGENT_CONFIG,
    "webhook_config": WEBHOOKS,
}


def secretive(url: str = "http://127.0.0.1:9") -> Connection:
    return Connection(
        api_key=API_KEY,
        base_url=base_url_at(url),
        headers={"X-Team": "cAn4rY-header"},
        anchor_key=b"cAn4rY-anchor",
    )


def turn() -> Turn:
    steps = [user_input([text_part("Hi")])]
    settings = {"tools": [MCP_SERVER], "environment": ENVIRONMENT}
    target = ("model", "gemini-3.5-flash")
    return Turn(transcript=Transcript.of(steps), target=target, settings=settings)


def policy(clock: Clock) -> ClientPolicy:
    return ClientPolicy(max_retries=0, retention_s=55 * DAY_S, clock=clock)


def test_no_canary_is_in_a_repr(clock: Clock) -> None:
    connection, scope = secretive(), Scope("c")
    trust = Trust(
        secrets=["whsec_Y0FuNHJZ"],
        audience="https://me.example",
        jwks_url=base_url_at("https://keys.example"),
    )
    client = InteractionsClient(connection, policy(clock))
    shown: dict[str, object] = {
        "connection": connection,
        "client": f"{client!r} {vars(client)}",
        "async client": AsyncInteractionsClient(connection, policy(clock)),
        "turn": turn(),
        "create": Create(SETTINGS),
        "stream": OpenStream(SETTINGS),
        "records": TurnStore(
            store=MemoryStore(),
            scope=scope,
            signers=(Signer(b"cAn4rY-anchor", scope),),
        ),
        "trust": trust,
        "receiver": WebhookReceiver(MemoryStore(), trust),
        "store": PostgresStore(SESSIONS.partition("?")[0]),
        "database": PostgresStore(SESSIONS.partition("?")[0]).database,
        "emulator": Emulator(api_keys=[API_KEY], upstream_key=API_KEY)._settings,
    }

    assert leaks(shown) == []
    assert "Y0FuNHJZ" not in repr(trust)


@pytest.mark.parametrize(
    "kind", [PostgresStore, SqliteStore, MemoryStore, SqliteDatabase]
)
def test_a_store_that_is_only_half_made_has_a_repr(kind: type) -> None:
    assert "…" in repr(kind.__new__(kind))


@pytest.mark.parametrize(
    "fault", [None, {"status": 400}, {"status": 503}, {"close": "after"}], ids=str
)
def test_no_canary_is_logged_raised_or_kept(
    fault: dict[str, object] | None,
    emulator: Emulator,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = InteractionsClient(secretive(emulator.url), policy(clock))
    store = SqliteStore(tmp_path / "sessions.db")
    if fault is not None:
        emulator.fault(on="create", do=fault, times=9)
    shown: dict[str, object] = {}

    with caplog.at_level(logging.DEBUG):
        try:
            shown["reply"] = client.turn(turn(), store)
        except InteractionsError as error:
            shown["error"] = chain_of(error)
    client.close()
    store.close()

    shown["log"] = logged(caplog.records)
    assert emulator.requests()[0]["body"]["environment"] == ENVIRONMENT
    assert leaks(shown) == []
    assert leaks_in_files(tmp_path) == []


@pytest.mark.parametrize(
    "key",
    [f"{API_KEY}é", f"{API_KEY}\n{API_KEY}", f"{API_KEY}\ud800"],
    ids=["no ASCII", "line feed", "surrogate"],
)
@pytest.mark.parametrize("where", ["option", "environment", "client"])
def test_a_key_that_no_header_takes_is_refused_without_it(
    key: str,
    where: str,
    emulator: Emulator,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask() -> object:
        options: dict[str, object] = {"base_url": emulator.url}
        if where == "environment":
            # Bytes that are no UTF-8 are lone surrogates in Python.
            monkeypatch.setenv("GEMINI_API_KEY", key.replace("\ud800", "\udcff"))
        elif where == "option":
            options["api_key"] = key
        else:
            given = genai.Client(api_key=key, http_options=options)
            options = {"client": given}
        client = InteractionsClient(Connection(**options), policy(clock))
        return client.turn(turn(), MemoryStore())

    with pytest.raises(ConfigurationError, match=r"has U\+") as refused:
        ask()

    assert leaks({"error": chain_of(refused.value)}) == []
    assert emulator.requests() == []


@pytest.mark.parametrize(
    "sessions",
    [
        f"host=db user=me password={API_KEY}",
        f"host=db password='{API_KEY}: @'",
        f"password={API_KEY}",
        f"me:{API_KEY}@host/db",
        f"mysql://me:{API_KEY}@host/db",
        f"{API_KEY}@host",
        f"postgresql://me:{API_KEY}@@host/db",
        f"postgresql://me:{API_KEY}@[host/db",
    ],
)
def test_an_error_quotes_no_part_of_what_is_no_url(sessions: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        open_store(sessions)

    assert leaks({"error": chain_of(refused.value)}) == []
    assert leaks({"shown": shown_store(sessions.replace("@@", "@"))}) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["jobs", "list", "--sessions", f"host=db password={API_KEY}"],
        ["jobs", "list", "--sessions", f"me:{API_KEY}@host"],
        ["migrate", f"host=db password={API_KEY}", "sqlite:///new.db"],
        ["migrate", f"postgresql://me:{API_KEY}@@host/db", "sqlite:///new.db"],
        ["migrate", "old.db", f"host=db password={API_KEY}"],
        ["webhook", "serve", "--sessions", f"host=db password={API_KEY}"],
    ],
    ids=["libpq", "no scheme", "source", "source URL", "target", "receiver"],
)
def test_a_command_quotes_no_password(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_WEBHOOK_SECRETS", "whsec_c2VjcmV0")

    done = CliRunner().invoke(interactions, arguments)

    assert done.exit_code != 0
    shown = {"output": done.output, "error": chain_of(done.exception)}
    assert leaks(shown) == []


# What is a secret


@pytest.mark.parametrize(
    ("address", "kind", "telling"),
    [
        ("https://host.example", "endpoint", False),
        ("https://host.example/", "endpoint", False),
        ("https://host.example/mcp", "endpoint", True),
        ("https://host.example/hook", "address", False),
        ("https://host.example/hook?a=b", "address", True),
        ("https://host.example/hook#a", "address", True),
        ("https://me@host.example", "address", True),
        ("https://[host", "address", True),
    ],
)
def test_addresses_tell_by_user_query_fragment_and_path(
    address: str, kind: str, *, telling: bool
) -> None:
    assert is_telling(address, kind) is telling


def test_every_secret_is_named_and_masked_and_all_else_stays() -> None:
    options = {
        **SETTINGS,
        "labels": {"team": "blue"},
        "max_tokens": 5,
        "function": {"parameters": {"properties": {"token": {"type": "string"}}}},
    }

    named = {path for path, *_ in secrets_in(options)}
    shown = masked(options)

    assert leaks({"shown": shown}) == []
    assert {"tools.headers.Authorization", "environment.env.PLAIN"} <= named
    assert shown["labels"] == {"team": "blue"}
    assert shown["max_tokens"] == 5
    assert shown["function"] == options["function"]
    assert shown["tools"][0]["url"] == (
        "https://**********@notes.example/**********?**********"
    )


@pytest.mark.parametrize(
    "url", ["memory:", "memory:a=b", "sqlite:////a:b@c/d.db", "sessions.db", "a/b-c.db"]
)
def test_what_holds_no_password_is_shown_as_it_is(url: str) -> None:
    assert shown_store(url) == url


def test_a_key_that_was_read_with_its_line_feed_is_sent_without_it(
    clock: Clock,
) -> None:
    with Emulator(api_keys=[API_KEY]) as emulator:
        connection = Connection(api_key=f"{API_KEY}\n", base_url=emulator.url)
        client = InteractionsClient(connection, policy(clock))

        assert client.turn(turn(), MemoryStore()).status == "completed"
