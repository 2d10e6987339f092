"""`python -m interactions_emulator`: serve until interrupted."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from interactions_emulator.answering.script_files import load_script
from interactions_emulator.base.settings import DAY_S, Settings
from interactions_emulator.http.server import EmulatorServer, listen, url_of
from interactions_emulator.http.state import EmulatorState

_UPSTREAM_KEY = "INTERACTIONS_EMULATOR_UPSTREAM_KEY"
_MOST_PORT = 65_535
_DESCRIPTION = "A local server of Gemini's Interactions API."


def main(argv: Sequence[str] | None = None) -> None:
    """Serve in the foreground; SIGINT and SIGTERM end it gracefully."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        state, sock = _prepare(options)
    except (ValueError, OSError) as exc:
        parser.exit(2, f"{parser.prog}: {_explain(exc)}\n")
    # The server re-raises the signal that ended it; both then end alike.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(state, sock))
    finally:
        state.close()


def _prepare(options: argparse.Namespace) -> tuple[EmulatorState, socket.socket]:
    """Read the script, take the port, and open the state file, in this order.

    Raises:
        ValueError: A script or state file cannot be used.
        OSError: A file is not there, or the port cannot be taken.
    """
    settings = Settings(
        state=options.state,
        retention_s=options.retention_days * DAY_S,
        orphans=options.orphans,
        strict=options.strict,
        disputed=options.disputed,
        profile=options.profile,
        api_keys=frozenset(options.api_key),
        isolate_keys=not options.share,
        projects=_projects(options.project),
        upstream=options.upstream,
        upstream_model=options.model,
        upstream_key=os.environ.get(_UPSTREAM_KEY, ""),
        deliver_anywhere=options.deliver_anywhere,
        job_s=options.job_seconds,
    )
    script = load_script(options.script)
    sock = listen(options.host, options.port)
    try:
        return EmulatorState(settings, script), sock
    except BaseException:
        sock.close()
        raise


def _explain(exc: Exception) -> str:
    """Put into one sentence what keeps the server from starting."""
    if isinstance(exc, OSError) and exc.filename is not None:
        return f"{exc.filename} cannot be read: {exc.strerror}"
    return str(exc)


async def _serve(state: EmulatorState, sock: socket.socket) -> None:
    url = url_of(sock)
    lines = f"{url}\nPoint the SDK here: export GOOGLE_GEMINI_BASE_URL={url}\n"
    sys.stdout.write(lines)
    sys.stdout.flush()
    await EmulatorServer(state, sock).serve_here()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("interactions_emulator", description=_DESCRIPTION)
    _add_server(parser)
    _add_answers(parser)
    _add_refusals(parser)
    _add_callers(parser)
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless you say")
    parser.add_argument("--port", type=_port, default=8765, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the state")


def _add_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--script", type=Path, help="JSON, YAML or Python file with scripted replies"
    )
    parser.add_argument(
        "--upstream",
        type=_upstream,
        help=f"OpenAI-compatible server that answers, as http://127.0.0.1:11434/v1;"
        f" its key, if it has one, comes from {_UPSTREAM_KEY}",
    )
    parser.add_argument("--model", default="", help="the upstream's name of the model")
    parser.add_argument(
        "--deliver-anywhere",
        action="store_true",
        help="let webhooks lead to other hosts",
    )
    parser.add_argument("--retention-days", type=float, default=55.0)
    parser.add_argument(
        "--job-seconds", type=float, default=1.0, help="how long background work takes"
    )


def _add_refusals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orphans", choices=["refuse", "truncate"], default="refuse")
    parser.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="refuse what the service is known to refuse",
    )
    parser.add_argument(
        "--disputed",
        action="append",
        default=[],
        metavar="POINT",
        help="refuse this too, although sources contradict each other; repeatable, or"
        " all",
    )
    parser.add_argument(
        "--profile",
        metavar="FILE",
        help="refuse and take what a service did, as `interactions doctor --live` has"
        " written it; INTERACTIONS_PROFILE if not given",
    )


def _add_callers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--api-key",
        action="append",
        default=[],
        help="accept only this key; repeatable",
    )
    parser.add_argument(
        "--project",
        action="append",
        default=[],
        type=_project,
        metavar="NAME=KEY[,KEY]",
        help="keys of one project, which see the same interactions; repeatable",
    )
    parser.add_argument(
        "--share", action="store_true", help="show all interactions to every key"
    )


def _port(given: str) -> int:
    if given.isascii() and given.isdigit() and int(given) <= _MOST_PORT:
        return int(given)
    message = f"{given!r} is no port: a number from 0 to {_MOST_PORT}"
    raise argparse.ArgumentTypeError(message)


def _project(given: str) -> tuple[str, list[str]]:
    name, _, keys = given.partition("=")
    found = [key for key in keys.split(",") if key]
    if name and found:
        return name, found
    # Without what was given, which may be a key.
    message = "a project and its keys are written as NAME=KEY,KEY"
    raise argparse.ArgumentTypeError(message)


def _projects(given: Sequence[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, keys in given:
        found.setdefault(name, []).extend(keys)
    return found


def _upstream(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return given
    message = f"{given!r} is no address: it begins with http:// or https://"
    raise argparse.ArgumentTypeError(message)


if __name__ == "__main__":
    main()
