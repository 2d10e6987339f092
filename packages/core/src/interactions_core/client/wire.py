"""Everything that touches google-genai; it is imported when a client is first needed.

The SDK sends and authenticates. Bodies go through its `extra_body` as plain JSON and
answers are read as they came, because its models are slow for long histories and
differ between majors. Its own retry and automatic continuation are off: it repeats a
create up to five times without an idempotency key.
"""

import contextlib
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.client.connection import Connection, without_password
from interactions_core.client.identity import (
    address_of,
    key_of,
    owner_of,
    signers_of,
)
from interactions_core.client.proxies import check_proxies, proxy_for
from interactions_core.client.request_hooks import (
    WITHHELD,
    put_body,
    rehearsing,
    stop_rehearsal,
)
from interactions_core.exceptions import (
    ConfigurationError,
    ForkedError,
    InteractionsError,
)
from interactions_core.process.forking import hold_forks, is_from_here
from interactions_core.profiles.forming import takes_labels
from interactions_core.profiles.loading import beliefs_here
from interactions_core.protocol.api_versions import check_version
from interactions_core.protocol.platforms import check_platform
from interactions_core.protocol.refusals import error_of, network_error, refusal
from interactions_core.protocol.sse import EventReader
from interactions_core.records.accounts import server_of
from interactions_core.records.erasures import LATE
from interactions_core.records.interactions import Scope
from interactions_core.records.names import check_names
from interactions_core.records.turn import Turn
from interactions_core.secret_options import check_address
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.lookup import TurnStore

if TYPE_CHECKING:
    from google.genai import Client

CLIENT: Final = "the google-genai client that was handed in was used"
NEW_CLIENT: Final = (
    "Make another client, and the object that takes it, in the process that uses "
    "them, or pass api_key=… instead of client=…, which every process opens for itself."
)
_TARGETS: Final = ("model", "agent")
_NAMED: Final = re.compile(rb'\s*\{\s*"id"\s*:\s*"([\w-]+)"')
"""The beginning of an interaction. API: its id comes first."""

_NEVER_SENT: Final = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
    }
)
_OF_FIRST_REQUEST: Final = ("anyio._backends._asyncio", "encodings.idna")
"""What is imported with the first connection, by the HTTP libraries that there are."""

_NETWORK: Final = frozenset(
    {
        "APIConnectionError",
        "APITimeoutError",
        "TransportError",
        "RequestError",
        "StreamError",
    }
)


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
        client = _made_client(connection)
        _rehearse(client)
    return client


_ADVICE: Final = {
    "No API key was provided": "Set GEMINI_API_KEY or GOOGLE_API_KEY, or pass api_key=…",
    "does not support project": "Pass vertexai=True for the enterprise platform, or "
    "leave project and location out.",
    "must be set when using": "Pass project=… and location=…, or api_key=…",
}
"""What to do about what the SDK refuses to make a client of, by its own words."""


def _with_advice(refusal: str) -> str:
    for said, advice in _ADVICE.items():
        if said in refusal:
            return f"{refusal} {advice}"
    return refusal


def _made_client(connection: Connection) -> "Client":
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


def records_of(
    client: "Client", connection: Connection, turn: Turn, store: SessionStore
) -> TurnStore:
    """Say where a turn's interactions are recorded, and whom to believe.

    Raises:
        AccountConflictError: The account and the key have rows of their own.
        ConfigurationError: The store cannot keep the name of the session or thread,
            the version of the API does not serve the model, or the platform does
            not take a setting.
    """
    owner = owner_of(client, connection, store)
    scope = Scope(owner.name, turn.session_id, turn.thread_id)
    service = server_of(owner.name), address_of(client)[1]
    check_version(turn.target, scope.credential, service[1])
    found = takes_labels(beliefs_here(), (*service, turn.target_name))
    check_platform(turn.settings, scope.credential, takes_labels=found)
    longest: int | None = getattr(store, "longest_name", None)
    check_names(longest, session_id=scope.session_id, thread_id=scope.thread_id)
    began = store.deletion_mark(turn.thread_id)
    return TurnStore(
        store=store,
        scope=scope,
        key=owner.key,
        signers=signers_of(client, connection, scope),
        trust_anchors=connection.trust_anchors,
        # Where nothing was deleted, nobody needs to be asked.
        began=LATE if began and turn.is_late() else began,
        service=service,
    )


def create_arguments(
    body: Mapping[str, object], timeout_s: float, *, stream: bool
) -> dict[str, Any]:
    """Split a body into what the SDK insists on and what it passes through."""
    rest = {key: value for key, value in body.items() if key not in _TARGETS}
    arguments: dict[str, Any] = {
        **{key: body[key] for key in _TARGETS if key in body},
        "extra_body": rest,
        "timeout": timeout_s,
    }
    if "input" in rest:
        # Replaced by `extra_body`; the SDK wants to see the field.
        arguments["input"] = ""
    if stream:
        arguments["stream"] = True
    if not rest.get("background"):
        arguments["automatic_continuation"] = False
    return arguments


def body_bytes(body: Mapping[str, object], *, stream: bool) -> bytes:
    """Write the JSON that the SDK would send for a body."""
    whole = {**body, "stream": True} if stream else body
    return json.dumps(whole, separators=(",", ":")).encode()


def withheld(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a create without what `body_bytes` has written."""
    return {**arguments, "extra_body": WITHHELD}


def refresh_token(client: "Client") -> None:
    """Have Vertex's token at hand: the SDK fetches it in the thread that awaits."""
    api = cast("Any", client)._api_client  # noqa: SLF001
    if api.vertexai and not api.api_key:
        api._access_token()  # noqa: SLF001


def parsed_interaction(body: bytes) -> JsonObject:
    """Read an answer's body.

    Raises:
        NetworkError: It is not a JSON object in UTF-8: nobody answered usefully. What
            was cut or garbled on its way may still say which interaction it is.
    """
    try:
        interaction: object = json.loads(body)
    except ValueError as exc:
        # Without the text itself: errors are logged, what was said is not.
        reason = f"the answer is not JSON ({len(body)} bytes)"
        named = _NAMED.match(body)
        name = named[1].decode() if named else ""
        raise network_error(reason, sent=True, interaction_id=name) from exc
    if not isinstance(interaction, dict):
        reason = f"the answer is not an object but a {type(interaction).__name__}"
        raise network_error(reason, sent=True)
    # JSON objects have strings for keys.
    return cast("JsonObject", interaction)


@contextlib.contextmanager
def translate_errors() -> Generator[None]:
    """Raise our errors for the SDK's; this is the outermost boundary of its code."""
    try:
        yield
    except (InteractionsError, GeneratorExit):
        raise
    except Exception as exc:
        meaning = meaning_of(exc)
        if meaning is None:
            raise
        raise meaning from exc


def meaning_of(exc: Exception) -> InteractionsError | None:
    """Say what an exception of the SDK or its HTTP library means.

    Works on attributes and class names: the classes are private, live in other
    places in each SDK major, and none derives from `google.genai.errors.APIError`.

    Returns:
        Our error, or `None` for an exception that is not about a request.
    """
    status = getattr(exc, "status_code", None)
    if not isinstance(status, int):
        status = getattr(exc, "code", None)
    if isinstance(status, int):
        body = getattr(exc, "body", None) or getattr(exc, "details", None) or str(exc)
        return refusal(status, body, retry_after=_retry_after(exc))
    causes = list(_causes(exc))
    if _class_names(exc) & _NETWORK:
        sent = not any(_class_names(cause) & _NEVER_SENT for cause in causes)
        last = causes[-1]
        reason = f"{type(last).__name__}: {last}".rstrip(": ")
        return network_error(reason, sent=sent, proxy=_proxy_of(causes))
    return None


def _proxy_of(causes: Sequence[BaseException]) -> str:
    """Name the proxy that a failed request goes through; "" for none."""
    for cause in causes:
        # Some raise where they have no request.
        with contextlib.suppress(AttributeError, RuntimeError):
            url = str(cast("Any", cause).request.url)
            proxy = proxy_for(url)
            return str(proxy) if proxy is not None else ""
    return ""


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield what led to an exception, but not what its caller was handling."""
    cause: BaseException | None = exc
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _class_names(exc: BaseException) -> frozenset[str]:
    return frozenset(kind.__name__ for kind in type(exc).__mro__)


def _retry_after(exc: Exception) -> str | None:
    headers = getattr(getattr(exc, "response", None), "headers", None)
    return headers.get("retry-after") if headers is not None else None


def check_legible(reader: EventReader) -> None:
    """Refuse to read on where an event was lost: the rest is not the whole answer.

    Raises:
        NetworkError: Something that came is not what was sent.
    """
    if reader.garbled:
        reason = "an event of the stream cannot be read"
        raise network_error(reason, sent=True)


def flush_stream(reader: EventReader) -> Iterator[JsonObject]:
    """Yield what a stream that ended without `[DONE]` left unsaid.

    The front end cuts a stream after ten minutes with a bare JSON array, which is no
    event (recorded on the forum, April 2026); it is made one here.
    """
    event = reader.end()
    if event is not None:
        yield event
    if reader.stray and not reader.finished:
        code, message = error_of("\n".join(reader.stray))
        # Without a code it is no error of the API but something that may be private.
        if code:
            yield {
                "event_type": "error",
                "error": {"code": code, "message": message},
            }
