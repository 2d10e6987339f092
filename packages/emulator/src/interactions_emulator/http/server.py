"""Runs the emulator's HTTP server, in a thread or in the foreground."""

import asyncio
import errno
import os
import socket
import threading
import weakref
from time import monotonic
from typing import Any, Final, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from interactions_emulator.http.app import build_app, end_quietly
from interactions_emulator.http.state import EmulatorState

_STOP_TIMEOUT_S = 2.0
_STOP_TICK_S = 0.002
_KEEP_ALIVE_S = 3600


class AbortableProtocol(H11Protocol):
    """Hands each request its transport, so that a fault can close the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  as its parent
        """Add the transport to what requests find in their state."""
        self.app_state = self.app_state | {"transport": transport}
        super().connection_made(transport)


class EmulatorServer(uvicorn.Server):
    """A server that notices at once when it is to stop."""

    def __init__(self, state: EmulatorState, sock: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                end_quietly(build_app(state), state),
                http=AbortableProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # Idle clients must not race with a closing connection.
                timeout_keep_alive=_KEEP_ALIVE_S,
            )
        )
        self._sock = sock
        self._clock = state.clock
        self._stop = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end; once a second the date header is renewed."""
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._stop.wait(), timeout=1.0)
            except TimeoutError:
                continue
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being served, without uvicorn's waits of 0.1 s.

        A test suite starts and stops hundreds of emulators.
        """
        # Streams of running work would go on for minutes.
        self._clock.stop()
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        deadline = monotonic() + _STOP_TIMEOUT_S
        # uvicorn keeps no event for the last connection's end.
        while self.server_state.connections and monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_STOP_TICK_S)
        left = list(self.server_state.tasks)
        for task in left:
            task.cancel()
        if left:
            # They close their sockets, which takes another turn of the loop.
            await asyncio.wait(left, timeout=_STOP_TIMEOUT_S)

    def stop(self) -> None:
        """Begin the shutdown; to be called on the server's loop."""
        self._stop.set()

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401  as its parent
        """Stop on a signal without waiting for the next tick."""
        super().handle_exit(sig, frame)
        self.stop()

    async def serve_here(self) -> None:
        """Serve until stopped."""
        await self.serve(sockets=[self._sock])


class ServerThread:
    """A server on a thread and event loop of its own, in the process that made it."""

    def __init__(self, state: EmulatorState, sock: socket.socket) -> None:
        self._state = state
        self._sock = sock
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: EmulatorServer | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._process = os.getpid()
        _everybody.add(self)

    def start(self) -> Self:
        """Start serving; returns when the loop runs and connections are taken."""
        self._thread.start()
        # The thread serves or ends; how long that takes is the machine's affair.
        self._started.wait()
        if self._server is None:
            message = "the emulator did not start; its thread's error is on stderr"
            raise RuntimeError(message)
        return self

    @property
    def is_here(self) -> bool:
        """Whether this process is the one that serves, and not its forked child."""
        return self._process == os.getpid()

    def leave(self) -> None:
        """Close the child's copy of the socket, so that its port ends with the server."""
        self._sock.close()

    def stop(self) -> None:
        """Finish what is being served, then stop."""
        if self._loop is not None and self._server is not None:
            self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = EmulatorServer(self._state, self._sock)
        # The socket listens already: whoever connects before `serve` is queued.
        self._started.set()
        await self._server.serve_here()


_everybody: Final[weakref.WeakSet[ServerThread]] = weakref.WeakSet()


def _leave_to_parent() -> None:
    for server in list(_everybody):
        server.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes a free one.

    Raises:
        OSError: It cannot be taken; the message names it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is spelled out.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(2048)
    except OSError as exc:
        sock.close()
        raise _not_listening(exc, host, port) from exc
    return sock


def _not_listening(exc: OSError, host: str, port: int) -> OSError:
    if exc.errno == errno.EADDRINUSE:
        why = "is in use by another program; take another port, or 0 for a free one"
    else:
        why = f"cannot be listened on: {exc.strerror or exc}"
    return OSError(f"port {port} of {host} {why}")


def url_of(sock: socket.socket) -> str:
    """Return the URL under which the socket is reached."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
