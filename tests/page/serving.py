"""A server of the page, and whoever asks it without a browser."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from interactions_core import open_store
from interactions_core.page.reading import View
from interactions_core.page.server import PageServer


def serve(where: Path | str, **how: Any) -> Iterator[PageServer]:
    """Serve the page of a store by its address, or of `state.db` in a folder."""
    url = where if isinstance(where, str) else f"sqlite:///{where / 'state.db'}"
    kept = open_store(url, read_only=True)
    made = PageServer(lambda: View(store=kept, url="state.db", now=time.time(), **how))
    made.start()
    yield made
    made.close()
    kept.close()


class Asked:
    """An answer of the server."""

    def __init__(
        self, server: PageServer, path: str, method: str = "GET", **headers: str
    ) -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        self.status = answer.status
        self.headers = answer.headers
        self.text = answer.read().decode()
        line.close()


def cookie_of(server: PageServer) -> str:
    url = urlsplit(server.url)
    opened = Asked(server, f"/?{url.query}")
    assert (opened.status, opened.headers["Location"]) == (303, "/")
    said = opened.headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    return said.partition(";")[0]


class Visitor:
    """A browser's cookie, and what it is told by JSON."""

    def __init__(self, server: PageServer) -> None:
        self._server = server
        self._cookie = cookie_of(server)

    def get(self, path: str, **headers: str) -> Asked:
        return Asked(self._server, path, **{"Cookie": self._cookie} | headers)

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, answer.text)
        return json.loads(answer.text)

    def threads(self) -> dict[str, str]:
        """Return the names of the threads, by what they are called."""
        return {
            each["name"]: each["id"] for each in self.json("/api/threads")["threads"]
        }
