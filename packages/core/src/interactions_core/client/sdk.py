"""google-genai's client, as it is made here; `identity` asks whose it is.

The SDK sends and authenticates. Its own retry is off: it repeats a create up to five
times without an idempotency key. It is imported when a client is first needed.
"""

import contextlib
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from interactions_core.client.connection import Connection, without_password
from interactions_core.client.identity import key_of
from interactions_core.client.proxies import check_proxies
from interactions_core.client.request_hooks import put_body, rehearsing, stop_rehearsal
from interactions_core.client.wire import create_arguments
from interactions_core.exceptions import ConfigurationError, ForkedError
from interactions_core.process.forking import hold_forks, is_from_here
from interactions_core.secret_options import check_address

if TYPE_CHECKING:
    from google.genai import Client

CLIENT: Final = "the google-genai client that was handed in was used"
NEW_CLIENT: Final = (
    "Make another client, and the object that takes it, in the process that uses "
    "them, or pass api_key=… instead of client=…, which every process opens for itself."
)
_OF_FIRST_REQUEST: Final = ("anyio._backends._asyncio", "encodings.idna")
"""What is imported with the first connection, by the HTTP libraries that there are."""
_ADVICE: Final = {
    "No API key was provided": "Set GEMINI_API_KEY or GOOGLE_API_KEY, or pass api_key=…",
    "does not support project": "Pass vertexai=True for the enterprise platform, or "
    "leave project and location out.",
    "must be set when using": "Pass project=… and location=…, or api_key=…",
}
"""What to do about what the SDK refuses to make a client of, by its own words."""


def given_client(connection: Connection) -> "Client | None":
    """Return the client that was handed in, if any.

    Raises:
        ForkedError: It was used before this process was forked: its connections are
            the parent's, and an answer might be somebody else's.
    """
    if connection.client is not None and not is_from_here(connection.client):
        raise ForkedError(CLIENT, NEW_CLIENT)
    return cast("Client | None", connection.client)


def open_client(connection: Connection) -> "Client":
    """Make a google-genai client with its own retries switched off.

    What the SDK would do with its first request is done now: no loop waits for its
    imports, and no child is forked in the middle of one, which it could never end.

    Raises:
        ConfigurationError: There is no key, or one that no header takes, a proxy cannot
            be used, or the options contradict each other.
    """
    with hold_forks():
        client = open_idle_client(connection)
        _rehearse(client)
    return client


def open_idle_client(connection: Connection) -> "Client":
    """Make one that asks nothing, but says what it would ask with: in half the time.

    Raises:
        ConfigurationError: As `open_client` does.
    """
    # The import takes over a second; a program that only reads a store needs none.
    from google import genai  # noqa: PLC0415
    from google.genai import types  # noqa: PLC0415

    check_proxies()
    url, headers = without_password(connection.base_url or "")
    options = types.HttpOptions(
        base_url=url or None,
        headers={**connection.headers, **headers} or None,
        api_version=connection.api_version,
        # google-genai 2.34 makes one retry even so, but of no status that exists.
        retry_options=types.HttpRetryOptions(attempts=1, http_status_codes=[1]),
        client_args={"event_hooks": {"request": [stop_rehearsal]}},
        async_client_args={"event_hooks": {"request": [put_body]}},
    )
    try:
        client = genai.Client(
            api_key=connection.api_key,
            vertexai=connection.vertexai,
            project=connection.project,
            location=connection.location,
            # Its type needs google-auth, which core does not import.
            credentials=cast("Any", connection.credentials),
            http_options=options,
        )
    except ValueError as exc:
        raise ConfigurationError(_with_advice(str(exc))) from exc
    key_of(client)
    # As for the key: what the SDK resolved from the environment.
    address = cast("Any", client)._api_client._http_options.base_url  # noqa: SLF001
    check_address("GOOGLE_GEMINI_BASE_URL", str(address or ""))
    return client


def _with_advice(refusal: str) -> str:
    for said, advice in _ADVICE.items():
        if said in refusal:
            return f"{refusal} {advice}"
    return refusal


def _rehearse(client: "Client") -> None:
    _ = client.interactions, client.aio.interactions
    for name in _OF_FIRST_REQUEST:
        with contextlib.suppress(ImportError):
            import_module(name)
    if _has_hook(client, "_httpx_client", stop_rehearsal):
        # The SDK's resource is built at run time and has no usable static type.
        create = cast("Any", client.interactions).with_raw_response.create
        with rehearsing():
            create(**create_arguments({"model": "none"}, 1.0, stream=False))


def puts_bodies(client: "Client") -> bool:
    """Tell whether the bodies of a client's async requests may be put in later."""
    return _has_hook(client, "_async_httpx_client", put_body)


def _has_hook(client: "Client", name: str, hook: object) -> bool:
    # The SDK has no public accessor for the HTTP clients that it makes.
    http = getattr(cast("Any", client)._api_client, name, None)  # noqa: SLF001
    hooks = cast("Mapping[str, list[object]]", getattr(http, "event_hooks", {}))
    return hook in hooks.get("request", ())


def refresh_token(client: "Client") -> None:
    """Have Vertex's token at hand: the SDK fetches it in the thread that awaits."""
    api = cast("Any", client)._api_client  # noqa: SLF001
    if api.vertexai and not api.api_key:
        api._access_token()  # noqa: SLF001
