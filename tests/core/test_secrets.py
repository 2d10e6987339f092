"""Keys and passwords are in nothing that is shown, logged or kept."""

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError, InteractionsError
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.turn import Turn
from interactions_core.secret_options import masked, masks_in, shown_store
from interactions_core.stores import SessionStore, SqliteStore, open_store
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.patience import PATIENCE_S

KEY = "AIzaSyHUNTER2-the-key"
PASSWORD = "hunter2-the-password"  # noqa: S105 - looked for, opens nothing
ANCHOR_KEY = b"hunter2-the-anchor-key"
TEXT = "hunter2-what-was-said"
SECRETS = (KEY, PASSWORD, ANCHOR_KEY.decode())

FAULTS = [
    {"status": 400, "message": "API key not valid."},
    {"status": 403, "shape": "array"},
    {"status": 429},
    {"status": 503, "shape": "sse"},
    {"close": "after"},
    {"truncate_after_events": 4},
]


@pytest.fixture
def connection(emulator: Emulator) -> Connection:
    """Reach the server through a proxy's user and password in the URL."""
    return Connection(
        api_key=KEY,
        base_url=emulator.url.replace("://", f"://user:{PASSWORD}@"),
        anchor_key=ANCHOR_KEY,
        timeout_s=PATIENCE_S,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "folder" / "sessions.db")
    yield opened
    opened.close()


def a_turn() -> Turn:
    steps = [user_input([text_part(TEXT)])]
    target = ("model", "gemini-3-flash-preview")
    return Turn(transcript=Transcript.of(steps), target=target)


def chain(error: BaseException | None) -> Iterator[str]:
    """Yield an error and all that led to it, as shown."""
    while error is not None:
        yield f"{error} {error!r}"
        error = error.__cause__ or error.__context__


Shown = Callable[[Connection], str]


@pytest.fixture
def shown_by(store: SqliteStore, clock: Clock) -> Shown:
    """Ask every way, and return whatever is shown of clients, replies and errors."""
    return lambda connection: "\n".join(ask_every_way(connection, store, clock))


def ask_every_way(
    connection: Connection, store: SessionStore, clock: Clock
) -> Iterator[str]:
    policy = ClientPolicy(max_retries=1, retention_s=55 * DAY_S, clock=clock)
    client = InteractionsClient(connection, policy, sleep=clock.sleep)
    aclient = AsyncInteractionsClient(connection, policy, sleep=clock.asleep)
    yield f"{connection} {client!r} {client} {aclient!r} {vars(client)} {vars(aclient)}"
    ways = (
        lambda: client.turn(a_turn(), store),
        lambda: list(client.stream(a_turn(), store)),
        lambda: asyncio.run(aclient.turn(a_turn(), store)),
    )
    for way in ways:
        try:
            yield repr(way())
        except InteractionsError as error:
            yield from chain(error)
    client.close()
    gc.collect()


def test_the_key_is_in_no_repr_of_a_connection(connection: Connection) -> None:
    shown = f"{connection!r} {connection}"

    assert not [secret for secret in SECRETS if secret in shown]
    assert "127.0.0.1" in shown


def test_no_secret_is_shown_or_kept_when_all_goes_well(
    connection: Connection,
    shown_by: Shown,
    store: SqliteStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        shown = shown_by(connection)

    store.close()
    folder = Path(store.database.path).parent
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not [s for s in SECRETS if s in shown + caplog.text or s.encode() in kept]
    assert TEXT.encode() in kept


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_secret_is_in_an_error_or_a_log(
    connection: Connection,
    shown_by: Shown,
    emulator: Emulator,
    fault: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.fault(do=fault, times=99)

    with caplog.at_level(logging.DEBUG):
        shown = shown_by(connection)

    assert not [secret for secret in SECRETS if secret in shown + caplog.text]


def test_no_secret_is_in_the_error_when_nobody_is_there(
    shown_by: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    with Emulator() as gone:
        url = gone.url.replace("://", f"://user:{PASSWORD}@")
    connection = Connection(api_key=KEY, base_url=url)

    with caplog.at_level(logging.DEBUG):
        shown = shown_by(connection)

    assert "nothing was sent" in shown
    assert not [secret for secret in SECRETS if secret in shown + caplog.text]


def test_our_own_log_has_ids_but_nothing_that_was_said(
    connection: Connection,
    shown_by: Shown,
    store: SqliteStore,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.fault(do={"status": 503})
    emulator.fault(do={"status": 400})
    store.secret()
    with store.database.reading() as db:
        db.execute("PRAGMA query_only = ON")

    with caplog.at_level(logging.DEBUG, "interactions_core"):
        shown_by(connection)

    ours = [r for r in caplog.records if r.name.startswith("interactions_core")]
    assert ours
    assert TEXT not in "\n".join(record.getMessage() for record in ours)


def test_two_keys_have_names_of_their_own_that_tell_neither(
    emulator: Emulator, shown_by: Shown, store: SqliteStore
) -> None:
    for key in (KEY, KEY + "2"):
        shown_by(Connection(api_key=key, base_url=emulator.url))

    names = [scope.credential for scope, _ in store.ledger()]

    assert len(set(names)) == 2
    assert not [name for name in names if "hunter2" in name.lower()]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://user:{PASSWORD}@host/db",
        f"postgresql://user:{PASSWORD}@1@host/db",
        f"mysql:user:{PASSWORD}@host",
        f"user:{PASSWORD}@host",
    ],
)
def test_the_password_of_a_store_is_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        open_store(url)

    assert PASSWORD not in "".join(chain(refused.value))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:hunter2@host:1/db?a=b", "postgresql://me@host:1/db?a=b"),
        ("postgres://host/db?password=hunter2", "postgres://host/db"),
        ("postgres://host/db?a=b&sslpassword=hunter2", "postgres://host/db?a=b"),
        ("postgresql://me:hunter2@x/@host/db", "postgresql://me@host/db"),
        ("postgresql://me:hunter2?x@host/db", "postgresql://…"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("sqlite:////a:b@c/sessions.db", "sqlite:////a:b@c/sessions.db"),
    ],
)
def test_a_dump_shows_a_store_without_its_password(url: str, shown: str) -> None:
    assert shown_store(url) == shown


def test_what_was_left_out_is_named_wherever_it_was_masked() -> None:
    """What is no secret may hold asterisks: a rule in Markdown, a pattern."""
    server = {"url": "https://u:p@host/token", "headers": {"Authorization": "key"}}
    option = [{"type": "mcp_server", "name": "**********", **server}]

    assert [*masks_in(masked(option), "tools")] == [
        "tools.url",
        "tools.headers.Authorization",
    ]
    assert [*masks_in(option, "tools")] == []
