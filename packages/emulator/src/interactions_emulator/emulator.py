"""The emulator as a context manager, with its control routes as methods."""

import http.client
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from time import time
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, urlsplit

from interactions_emulator.answering.script_files import load_script
from interactions_emulator.base.payloads import JsonObject, Step
from interactions_emulator.base.settings import DAY_S, Settings
from interactions_emulator.base.strictness import Disputed
from interactions_emulator.http.server import ServerThread, listen, url_of
from interactions_emulator.http.state import EmulatorState

_TIMEOUT_S = 120.0
"""Far more than any machine takes; of requests to this very process."""


class Emulator:
    """A local server of the Interactions API, running while the block runs.

    The server has its own thread and event loop. The methods talk to it over HTTP
    and may be called from any thread, and in a forked child: the server stays the
    parent's, whose end of the block alone ends it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        state: str | Path | None = None,
        script: object = None,
        clock: Callable[[], float] = time,
        retention_s: float = 55 * DAY_S,
        orphans: Literal["refuse", "truncate"] = "refuse",
        strict: bool = True,
        disputed: Disputed = (),
        profile: str | Path | None = None,
        api_keys: Collection[str] = (),
        isolate_keys: bool = True,
        projects: Mapping[str, Collection[str]] | None = None,
        job_s: float = 1.0,
        upstream: str | None = None,
        upstream_model: str = "",
        upstream_key: str = "",
        deliver_anywhere: bool = False,
        seed: int | None = None,
    ) -> None:
        self._address = (host, port)
        self._script = load_script(script)
        self._settings = Settings(
            state=state,
            clock=clock,
            retention_s=retention_s,
            orphans=orphans,
            strict=strict,
            disputed=disputed,
            profile=profile,
            api_keys=frozenset(api_keys),
            isolate_keys=isolate_keys,
            projects=projects or {},
            job_s=job_s,
            upstream=upstream,
            upstream_model=upstream_model,
            upstream_key=upstream_key,
            deliver_anywhere=deliver_anywhere,
            seed=seed,
        )
        self._thread: ServerThread | None = None
        self._state: EmulatorState | None = None
        self.url = ""
        """Base URL, without a path; empty until the block is entered."""

    def __enter__(self) -> Self:
        self._state = EmulatorState(self._settings, self._script)
        try:
            sock = listen(*self._address)
        except OSError:
            self._state.close()
            raise
        self.url = url_of(sock)
        self._thread = ServerThread(self._state, sock).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is not None:
            if not self._thread.is_here:
                return
            self._thread.stop()
        if self._state is not None:
            self._state.close()

    def requests(self) -> list[JsonObject]:
        """Return every API request since the last reset, oldest first."""
        return self._call("GET", "/requests")["requests"]

    def transcript(self, interaction_id: str) -> list[Step]:
        """Return all that the server holds up to and including an interaction.

        Raises:
            LookupError: The server does not hold it.
        """
        return self._call("GET", f"/transcript/{quote(interaction_id, safe='')}")[
            "steps"
        ]

    def stats(self) -> dict[str, int]:
        """Return the counters."""
        return self._call("GET", "/stats")

    def deliveries(self) -> list[JsonObject]:
        """Return what was sent to webhooks, oldest first."""
        return self._call("GET", "/deliveries")["deliveries"]

    def script(self, rules: object) -> None:
        """Replace the script, by rules or a file; None leaves the default answerer."""
        self._call("POST", "/script", load_script(rules))

    def fault(self, *, on: str = "create", do: JsonObject, **options: Any) -> None:  # noqa: ANN401  JSON
        """Order a fault.

        Options are `nth`, `match`, `times`, `probability` and `seed`.
        """
        self._call("POST", "/faults", {"on": on, "do": do, **options})

    def clear_faults(self) -> None:
        """Cancel the faults still to come."""
        self._call("DELETE", "/faults")

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock on."""
        self._call("POST", "/clock", {"advance_s": seconds})

    def reset(self) -> None:
        """Forget everything: interactions, requests, faults, moved clock."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        connection = http.client.HTTPConnection(
            urlsplit(self.url).netloc, timeout=_TIMEOUT_S
        )
        try:
            connection.request(method, "/emulator" + path, json.dumps(body))
            answer = connection.getresponse()
            parsed = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            kind = (
                LookupError
                if answer.status == http.HTTPStatus.NOT_FOUND
                else ValueError
            )
            raise kind(parsed["error"]["message"])
        return parsed
