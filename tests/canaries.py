"""A canary in every place of an option that holds a secret, and a search for them.

Each place has a canary of its own, so that a test that fails names the place.
"""

import json
import logging
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from interactions_core import InteractionsError

_SONG = "cAn4rY"

MCP_SERVER = {
    "type": "mcp_server",
    "name": "notes",
    "url": f"https://{_SONG}-mcp-user:{_SONG}-mcp-password@notes.example"
    f"/{_SONG}-mcp-path?key={_SONG}-mcp-query",
    "headers": {"Authorization": f"Bearer {_SONG}-mcp-header"},
}
RETRIEVAL = {"type": "retrieval", "exa_search": {"api_key": f"{_SONG}-tool-key"}}
ENVIRONMENT = {
    "type": "remote",
    "env": {
        "PLAIN": f"{_SONG}-env",
        "VALUE": {"value": f"{_SONG}-env-value"},
        "CREDENTIAL": {"credential": f"{_SONG}-env-credential"},
    },
    "sources": [
        {
            "type": "repository",
            "source": f"https://u:{_SONG}-source-password@host.example/r",
            "target": "/r",
        }
    ],
    "network": {
        "allowlist": [
            {
                "domain": "a.example",
                "transform": {"X-Key": f"{_SONG}-transform"},
                "credential": f"{_SONG}-credential",
            },
            {"domain": "b.example", "transform": [{"X-Key": f"{_SONG}-transforms"}]},
        ]
    },
}
WEBHOOKS = {
    "uris": [
        f"https://{_SONG}-hook-user:{_SONG}-hook-password@host.example/hook",
        f"https://host.example/hook?token={_SONG}-hook-query",
        f"https://host.example/hook#{_SONG}-hook-fragment",
    ]
}
AGENT_CONFIG = {"type": "dynamic", "access_token": f"{_SONG}-agent-token"}
API_KEY = f"AIzaSy-{_SONG}-key"
SESSIONS = (
    f"postgresql://me:{_SONG}-store-password@db.example/sessions"
    f"?sslpassword={_SONG}-store-ssl&pass%77ord={_SONG}-store-query"
)
SECRET_OPTIONS: Mapping[str, Any] = {
    "api_key": API_KEY,
    "base_url": f"http://{_SONG}-url-user:{_SONG}-url-password@127.0.0.1:9",
    "tools": [MCP_SERVER, RETRIEVAL],
    "environment": ENVIRONMENT,
    "agent_config": AGENT_CONFIG,
    "sessions": SESSIONS,
}
"""What every adapter takes."""


def base_url_at(url: str) -> str:
    """Put a user and a password into the address of a server."""
    return url.replace("://", f"://{_SONG}-url-user:{_SONG}-url-password@")


def leaks(shown: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return each place where a canary is, and which one."""
    return [
        (place, word)
        for place, text in shown.items()
        for word in sorted(_words(text if isinstance(text, str) else repr(text)))
    ]


def leaks_in_files(folder: Path) -> list[tuple[str, str]]:
    """Return which canary is in which file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return leaks({path.name: path.read_bytes().decode("latin-1") for path in files})


def chain_of(error: BaseException | None) -> str:
    """Write an error and all that led to it, as text, arguments and pickle."""
    return "\n".join(_said(error))


def logged(records: list[logging.LogRecord]) -> str:
    """Write what a handler would."""
    write = logging.Formatter("%(name)s %(message)s")
    return "\n".join(write.format(record) for record in records)


def _said(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error} {error!r} {error.args}"
        if isinstance(error, InteractionsError):
            yield f"{vars(error)} {pickle.dumps(error).decode('latin-1')}"
        error = error.__cause__ or error.__context__


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for form in (text, json.dumps(text)):
        for part in form.split(_SONG)[1:]:
            tail = part.lstrip("-")
            end = next(
                (n for n, c in enumerate(tail) if not (c.isalnum() or c == "-")),
                len(tail),
            )
            found.add(tail[:end])
    return found
