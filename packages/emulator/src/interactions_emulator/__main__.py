"""`python -m interactions_emulator`: serve until interrupted."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from interactions_emulator.script_files import load_script
from interactions_emulator.server import EmulatorServer, listen, url_of
from interactions_emulator.settings import DAY_S, Settings
from interactions_emulator.state import EmulatorState

_UPSTREAM_KEY = "INTERACTIONS_EMULATOR_UPSTREAM_KEY"
_DESCRIPTION = "A local server of Gemini's Interactions API."


def main(argv: Sequence[str] | None = None) -> None:
    """Serve in the foreground; SIGINT and SIGTERM end it gracefully."""
    options = _parser().parse_args(argv)
    settings = Settings(
        state=options.state,
        retention_s=options.retention_days * DAY_S,
        orphans=options.orphans,
        api_keys=frozenset(options.api_key),
        isolate_keys=not options.share,
        upstream=options.upstream,
        upstream_model=options.model,
        upstream_key=os.environ.get(_UPSTREAM_KEY, ""),
        deliver_anywhere=options.deliver_anywhere,
        job_s=options.job_seconds,
    )
    state = EmulatorState(settings, load_script(options.script))
    # The server re-raises the signal that ended it; both then end alike.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(state, options.host, options.port))
    finally:
        state.close()


async def _serve(state: EmulatorState, host: str, port: int) -> None:
    sock = listen(host, port)
    url = url_of(sock)
    lines = f"{url}\nPoint the SDK here: export GOOGLE_GEMINI_BASE_URL={url}\n"
    sys.stdout.write(lines)
    sys.stdout.flush()
    await EmulatorServer(state, sock).serve_here()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("interactions_emulator", description=_DESCRIPTION)
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless you say")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the state")
    parser.add_argument(
        "--script", type=Path, help="JSON, YAML or Python file with scripted replies"
    )
    parser.add_argument(
        "--upstream",
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
    parser.add_argument("--orphans", choices=["refuse", "truncate"], default="refuse")
    parser.add_argument(
        "--api-key",
        action="append",
        default=[],
        help="accept only this key; repeatable",
    )
    parser.add_argument(
        "--share", action="store_true", help="show all interactions to every key"
    )
    return parser


if __name__ == "__main__":
    main()
