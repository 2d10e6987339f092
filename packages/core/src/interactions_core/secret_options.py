"""What is secret among options: the one list, for all adapters and all stores.

Pure. What stands in a secret's place is the adapters' choice, because each framework
shows options in its own way; where secrets are is decided here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, TypeVar, cast
from urllib.parse import SplitResult, unquote, urlsplit

from interactions_core.exceptions import ConfigurationError

Kind = Literal["secret", "endpoint", "address", ""]
"""What a field is: every text below it is a secret; an address whose path is one too;
an address; or neither."""

T = TypeVar("T")

MASK: Final = "**********"

_SETTINGS: Final = frozenset({"tools", "environment", "agent_config", "webhook_config"})

_KINDS: Final[Mapping[str, Kind]] = {
    # Of MCP servers, of a sandbox, and what its network adds to requests (SDK types
    # of google-genai 3.4).
    "headers": "secret",
    "additional_headers": "secret",
    "env": "secret",
    "transform": "secret",
    # MCP servers take tokens in their paths.
    "url": "endpoint",
    "uri": "address",
    "uris": "address",
    "source": "address",
    "base_url": "address",
    "jwks_url": "address",
}

_NAMES: Final = re.compile(
    r"(?:.*[_-])?(?:api[_-]?key|anchor[_-]?key|token|password|secrets?|authorization|"
    r"credentials?)",
    re.IGNORECASE,
)
"""Of fields that later types may bring, e.g. those of retrieval tools."""

SCHEMAS: Final = frozenset(
    {"parameters", "parameters_json_schema", "input_schema", "schema", "properties"}
)
"""Where names are those of a function's arguments."""

_POSTGRES: Final = ("postgresql://", "postgres://")
_PLAIN_STORES: Final = ("memory:", "sqlite:///")
_HOST: Final = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w./-]*)?")
_FILE: Final = re.compile(r"[\w.~/\\-]*")
_SECRET_PARAMETERS: Final = re.compile(r"password|secret|token|passphrase")
_IN_HEADER: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def kind_of(name: str) -> Kind:
    """Tell what a field holds, by its name."""
    known = _KINDS.get(name)
    if known is not None:
        return known
    return "secret" if _NAMES.fullmatch(name) else ""


def is_telling(address: str, kind: Kind) -> bool:
    """Tell whether an address holds a secret.

    A user, a query, a fragment, and the path of an endpoint count as one; so does an
    address that cannot be read.
    """
    parts = _split(address)
    if parts is None:
        return True
    if "@" in parts.netloc or parts.query or parts.fragment:
        return True
    return kind == "endpoint" and parts.path.strip("/") != ""


def masked_address(address: str, kind: Kind) -> str:
    """Return an address with asterisks for each part of it that is a secret."""
    if not is_telling(address, kind):
        return address
    parts = _split(address)
    if parts is None or not parts.netloc:
        return MASK
    _, has_user, host = parts.netloc.rpartition("@")
    has_path = kind == "endpoint" and parts.path.strip("/")
    return parts._replace(
        netloc=f"{MASK}@{host}" if has_user else host,
        path=f"/{MASK}" if has_path else parts.path,
        query=MASK if parts.query else "",
        fragment=MASK if parts.fragment else "",
    ).geturl()


def with_secrets(
    value: object, change: Callable[[object, Kind], object], kind: Kind = ""
) -> object:
    """Return a JSON value with every secret in it changed.

    Args:
        value: An option: mappings, lists and texts.
        change: Given a text, or what has taken its place, and what kind of field it
            is in. Called for every text that is a secret, and for every address.
        kind: What the value itself is.
    """
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        return {
            key: item
            if key in SCHEMAS and kind != "secret"
            else with_secrets(item, change, _below(kind, key))
            for key, item in named.items()
        }
    if isinstance(value, list | tuple):
        items = cast("list[object]", value)
        return [with_secrets(item, change, kind) for item in items]
    return change(value, kind) if kind and _can_tell(value) else value


def secrets_in(
    value: object, path: str = "", kind: Kind = ""
) -> Iterator[tuple[str, object, Kind]]:
    """Yield every secret and every address with where it is, and of what kind."""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        for key, item in named.items():
            if key in SCHEMAS and kind != "secret":
                continue
            where = f"{path}.{key}" if path else key
            yield from secrets_in(item, where, _below(kind, key))
    elif isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from secrets_in(item, path, kind)
    elif kind and _can_tell(value):
        yield path, value, kind


def masked(value: object, kind: Kind = "") -> object:
    """Return a JSON value with asterisks for every secret in it."""
    return with_secrets(value, _mask, kind)


def secret_text(value: object) -> str | None:
    """Return what a secret says, in a field of pydantic's or as it is."""
    reveal = getattr(value, "get_secret_value", None)
    return cast("str | None", value if reveal is None else reveal())


def is_masked(value: object) -> bool:
    """Tell whether asterisks stand where a secret was."""
    text = secret_text(value)
    return isinstance(text, str) and bool(text) and not text.strip("*")


def masks_in(value: object, path: str = "", kind: Kind = "") -> Iterator[str]:
    """Yield where secrets were left out, e.g. `tools.headers.Authorization`.

    Args:
        value: An option that may have been shown, dumped or saved in between.
        path: The option's name; "" if it is not to be named.
        kind: What the value itself is.
    """
    for where, secret, _ in secrets_in(value, path, kind):
        text = secret_text(secret)
        if isinstance(text, str) and MASK in text:
            yield where


def without_settings(interaction: Mapping[str, T]) -> dict[str, T]:
    """Return an interaction as it may be kept, without what its create was given.

    API: an answer echoes fields of its create, webhooks with their tokens among them.
    """
    return {key: item for key, item in interaction.items() if key not in _SETTINGS}


def shown_store(url: str) -> str:
    """Return the URL of a session store without any password.

    What is no URL of a store, libpq's `host=… password=…` for instance, is not shown
    at all unless it can be nothing but the name of a file.
    """
    if url.startswith(_PLAIN_STORES):
        return url
    if not url.startswith(_POSTGRES):
        return url if _FILE.fullmatch(url) else "…"
    head, mark, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    if "@" in query:
        # Its password has a raw question mark, so no part of it can be trusted.
        return f"{scheme}://…"
    user, at, where = rest.rpartition("@")
    options = [each for each in query.split("&") if not _is_secret_parameter(each)]
    kept = f"{mark}{'&'.join(options)}" if any(options) else ""
    return f"{scheme}://{user.partition(':')[0]}{at}{where}{kept}"


def shown_scheme(url: str) -> str:
    """Return as much as can be shown of something that should have been a URL."""
    scheme = re.match(r"[A-Za-z][\w+.-]{0,30}(?=:)", url)
    if scheme:
        return f"{scheme[0]}:…"
    return shown_store(url)


def host_of(url: str | None) -> str:
    """Return host and port of a URL, without the user and password before them."""
    parts = _split(url or "")
    return parts.netloc.rpartition("@")[2] if parts is not None else ""


def split_url(option: str, url: str) -> SplitResult:
    """Take an address apart.

    Raises:
        ConfigurationError: It cannot be read; its text is not repeated.
    """
    parts = _split(url)
    if parts is None:
        msg = f"{option} is no address that can be read, e.g. 'https://host:8080'"
        raise ConfigurationError(msg)
    return parts


def check_address(option: str, url: str) -> None:
    """Refuse an address that no HTTP client could reach; "" passes.

    Raises:
        ConfigurationError: It has no scheme, another one than HTTP's, or no host. It
            is repeated only where it can hold no password.
    """
    if not url:
        return
    parts = split_url(option, url)
    if "://" not in url:
        shown = url if _HOST.fullmatch(url) else "host:8080"
        msg = (
            f"{option} begins with neither http:// nor https://; write 'http://{shown}'"
        )
        raise ConfigurationError(msg)
    if parts.scheme.lower() not in {"http", "https"}:
        msg = f"{option} begins with '{parts.scheme}://'; the API is asked by http or https"
        raise ConfigurationError(msg)
    if not _has_host(parts):
        msg = f"{option} names no host, e.g. 'https://host:8080'"
        raise ConfigurationError(msg)


def check_header(option: str, text: str) -> None:
    """Refuse what cannot stand in an HTTP header; the libraries' errors would quote it.

    Raises:
        ConfigurationError: There is a character that no header takes; the text is not
            repeated.
    """
    if not text or _IN_HEADER.fullmatch(text):
        return
    wrong = next(
        (n for n, each in enumerate(text) if not "\x20" <= each <= "\x7e"), None
    )
    what = (
        "begins or ends with a space"
        if wrong is None
        else f"has U+{ord(text[wrong]):04X} as character {wrong + 1} of {len(text)}"
    )
    msg = f"{option} {what}; an HTTP header takes printable ASCII characters only"
    raise ConfigurationError(msg)


def _below(kind: Kind, key: object) -> Kind:
    return kind if kind == "secret" else kind_of(str(key))


def _can_tell(value: object) -> bool:
    # Texts, and what adapters put in their place; flags and numbers tell nothing.
    return value is not None and not isinstance(value, bool | int | float)


def _mask(value: object, kind: Kind) -> object:
    if kind == "secret" or not isinstance(value, str):
        return MASK
    return masked_address(value, kind)


def _is_secret_parameter(option: str) -> bool:
    name = unquote(option.partition("=")[0])
    return bool(_SECRET_PARAMETERS.search(name.lower()))


def _has_host(parts: SplitResult) -> bool:
    try:
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        # Its message quotes the user and the password.
        return None
