"""Cassettes of the requests that an adapter sends, played back without a server.

Recorded from the emulator and matched on method, path and body. `nox -s record` records
them anew, with `-- --live` against the real API.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import vcr

from interactions_core.doctor.live.recordings import HEADERS, HOST, anonymous, small
from interactions_emulator import Emulator

CASSETTES: Final = Path(__file__).parent / "cassettes"

MODE: Final = os.environ.get("CASSETTES", "play")
"""`"play"`, or where to record from: `"emulator"`, `"live"`."""


@contextmanager
def recorded_options() -> Iterator[dict[str, Any]]:
    """Give the options of an adapter: requests go nowhere when a cassette is played.

    Without a store that remembers: a cassette must not depend on the ones before.
    """
    options: dict[str, Any] = {
        "model": "gemini-3.5-flash",
        "api_version": "v1",
        "sessions": f"memory:{os.urandom(4).hex()}",
        "max_retries": 0,
    }
    if MODE == "live":
        yield options | {"api_key": os.environ.get("GEMINI_API_KEY", "")}
    elif MODE == "emulator":
        with Emulator() as emulator:
            yield options | {"base_url": emulator.url, "api_key": "not-a-key"}
    else:
        yield options | {"base_url": HOST, "api_key": "not-a-key"}


@contextmanager
def cassette_at(path: Path) -> Iterator[Any]:
    """Play a cassette, all of it, or record it."""
    if MODE != "play":
        path.unlink(missing_ok=True)
    recorder = vcr.VCR(
        record_mode="none" if MODE == "play" else "all",
        match_on=["method", "path", "body"],
        filter_headers=HEADERS,
        before_record_request=anonymous,
        before_record_response=small,
        decode_compressed_response=True,
    )
    with recorder.use_cassette(str(path)) as playing:
        yield playing
        if MODE == "play":
            assert playing.all_played


def bodies_of(cassette: Any) -> list[dict[str, Any]]:
    """Return what was sent, in order."""
    return [json.loads(request.body) for request in cassette.requests]
