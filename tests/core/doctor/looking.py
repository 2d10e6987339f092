"""The command as it is typed, and what it finds."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from click.testing import CliRunner, Result

from interactions_core.cli.doctor import doctor
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from tests.schemas import check

KEY = "hunter2-the-key"
SAID = "hunter2-what-was-said"


def turn(**fields: Any) -> Turn:
    asked = Transcript.of([user_input([text_part(SAID)])])
    return Turn(transcript=asked, target=("model", "gemini-3.5-flash"), **fields)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(doctor, arguments, catch_exceptions=False)


def look(*arguments: str) -> dict[str, dict[str, Any]]:
    """Return the findings by name; of one name the worst."""
    done = run("--json", *arguments)
    found = json.loads(done.stdout)
    check("doctor", found)
    assert found["schema"] == 1
    assert found["ok"] is (done.exit_code == 0)
    worst = sorted(
        found["checks"], key=lambda one: ("ok", "warn", "fail").index(one["level"])
    )
    return {one["name"]: one for one in worst}


def levels(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: one["level"] for name, one in found.items() if one["level"] != "ok"}


@contextlib.contextmanager
def serving(status: int, *, dated: bool) -> Iterator[str]:
    """Serve something that is not the API."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            if dated:
                self.send_header("Date", self.date_time_string())
            self.send_header("Content-Length", "13")
            self.end_headers()
            self.wfile.write(b"<html></html>")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
