"""What the Python programs share: a line per feature, an exit status, and a fence.

Runs in every client's environment, so it imports the standard library only.
"""

import asyncio
import inspect
import json
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

URL = sys.argv[1] if len(sys.argv) > 1 else ""
"""Where the emulator listens; the driver gives it as the only argument."""
FLASH = "gemini-2.5-flash"
GEMINI_3 = "gemini-3.7-flash"
BACKGROUND = "gemini-3.8-flash"
"""Documented as a model that runs in the background; 2.5 is recorded as refused."""
RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-05-2026"
REPORT = "Write the report."
ENDLESS = "Work without end."
UNKNOWN_ID = "v1_ChdnRHV4YWdjSEJ3Y0hCd2NIQndjSEJ3YxIXZ0R1eGFnY0hCd2NIQndjSEJ3Y0hCd2M"
POLL_S = 0.2
PATIENCE_S = 20.0
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather for a location.",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}


def report(checks: Mapping[str, Callable[[], Any] | str]) -> NoReturn:
    """Run the checks in order, print a line for each, and exit.

    Args:
        checks: By feature, a function, plain or async, that raises if the feature
            does not work; or the reason why the client has none.
    """
    sys.addaudithook(_refuse_other_hosts)
    failed = 0
    for feature, check in checks.items():
        outcome = f"skip ({check})" if isinstance(check, str) else _outcome(check)
        failed += outcome.startswith("FAIL")
        print(f"{feature}: {outcome}", flush=True)
    sys.exit(failed > 0)


def control(path: str, body: Any = None) -> Any:
    """Ask or tell the emulator something that no client of the API could."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/emulator/{path}", data=data)  # noqa: S310  our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
        return json.load(answer)


def paths(method: str) -> list[str]:
    """Return the paths, with their queries, that were asked for with a method."""
    asked = control("requests")["requests"]
    return [entry["path"] for entry in asked if entry["method"] == method]


def wait_for(read: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    """Read until it is done; give up after `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while not done(value := read()):
        assert time.monotonic() < deadline, f"still {value} after {PATIENCE_S} s"
        time.sleep(POLL_S)
    return value


def refusal(call: Callable[[], Any], kind: type[Exception]) -> Any:
    """Return the error of this kind that a call ends in."""
    try:
        answer = call()
    except kind as error:
        return error
    message = f"no {kind.__name__}, but {answer!r:.200}"
    raise AssertionError(message)


def _outcome(check: Callable[[], Any]) -> str:
    try:
        waiting = check()
        if inspect.iscoroutine(waiting):
            asyncio.run(waiting)
    # Whatever a client raises, the features after it are still to be tried.
    except Exception as error:  # noqa: BLE001
        traceback.print_exc(limit=-3)
        return f"FAIL {type(error).__name__}: {' '.join(str(error).split()):.300}"
    return "ok"


def _refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
        if host not in LOOPBACK:
            message = f"a client wants to talk to {host}"
            raise PermissionError(message)
