"""Measures how long one streamed answer holds the emulator, and what others wait.

The work should grow with the answer and not faster, and the slowest of the others'
requests should be short beside the stream.
"""

import http.client
import json
import statistics
import threading
import time
from urllib.parse import urlsplit

from interactions_emulator import Emulator

SIZES = (100_000, 200_000, 400_000, 800_000)
HEADERS = {"content-type": "application/json", "x-goog-api-key": "k"}
PIECE = 65_536


def ask(url: str, text: str, **body: object) -> tuple[float, int]:
    """Return the seconds and bytes of one answer."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
    asked = {"model": "gemini-3.8-flash", "input": text} | body
    connection.request("POST", "/v1/interactions", json.dumps(asked), HEADERS)
    answer = connection.getresponse()
    size = 0
    while piece := answer.read(PIECE):
        size += len(piece)
    connection.close()
    return time.perf_counter() - started, size


def measure(emulator: Emulator, size: int) -> None:
    """Stream one answer while another client goes on asking; print both."""
    text = "word " * (size // 5)
    rule = {"when": {"last_user_contains": "long"}, "reply": {"text": text}}
    emulator.script([rule])
    done = threading.Event()
    waits: list[float] = []

    def others() -> None:
        while not done.is_set():
            waits.append(ask(emulator.url, "Hello.")[0])

    beside = threading.Thread(target=others)
    beside.start()
    took, sent = ask(emulator.url, "long", stream=True)
    done.set()
    beside.join()
    print(
        f"{size:>9} characters: {took:.2f} s, {took / size * 1e6:.2f} us each, {sent} bytes;"
        f" others: {len(waits)}, median {statistics.median(waits):.3f} s,"
        f" longest {max(waits):.3f} s"
    )


def main() -> None:
    """Measure the sizes, one after the other."""
    with Emulator() as emulator:
        for size in SIZES:
            measure(emulator, size)


if __name__ == "__main__":
    main()
