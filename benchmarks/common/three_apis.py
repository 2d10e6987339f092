"""A server of three APIs that says the same whatever it is asked, and counts bytes.

In a process of its own it takes no time of what is measured. It answers Gemini's
`generateContent`, OpenAI's chat completions and Gemini's interactions; `GET /` gives
the bytes of all bodies that came.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Final

SAID: Final = "It takes three days, and the parcel can be followed on the way."

_ids = count(1)
_received = [0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else the system waits for more to send together.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        _received[0] += len(body)
        if "interactions" in self.path:
            answer = _interaction(json.loads(body))
        elif "completions" in self.path:
            answer = _completion()
        else:
            answer = _content()
        self._say(answer)

    def do_GET(self) -> None:
        self._say(_received[0])

    def log_message(self, *_: object) -> None:
        pass

    def _say(self, answer: object) -> None:
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _interaction(body: dict[str, Any]) -> dict[str, Any]:
    usage = {"total_input_tokens": 9, "total_output_tokens": 12, "total_tokens": 21}
    said = {"type": "model_output", "content": [{"type": "text", "text": SAID}]}
    return {
        "id": f"v1_{next(_ids):06}",
        "object": "interaction",
        "status": "completed",
        "model": body.get("model"),
        "created": "2026-11-28T15:00:00Z",
        "updated": "2026-11-28T15:00:00Z",
        "steps": [{"type": "thought", "signature": "c2lnbmF0dXJl" * 20}, said],
        "usage": usage,
    }


def _completion() -> dict[str, Any]:
    said = {"role": "assistant", "content": SAID}
    return {
        "id": f"chatcmpl-{next(_ids)}",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": "gemini-3.8-flash",
        "choices": [{"index": 0, "finish_reason": "stop", "message": said}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
    }


def _content() -> dict[str, Any]:
    part = {"text": SAID, "thoughtSignature": "c2lnbmF0dXJl" * 20}
    content = {"role": "model", "parts": [part]}
    return {
        "responseId": f"r{next(_ids)}",
        "modelVersion": "gemini-3.8-flash",
        "candidates": [{"index": 0, "finishReason": "STOP", "content": content}],
        "usageMetadata": {
            "promptTokenCount": 9,
            "candidatesTokenCount": 12,
            "totalTokenCount": 21,
        },
    }


@contextlib.contextmanager
def three_apis() -> Generator[str]:
    """Run the server, and give its URL."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603  our own module
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def main() -> None:
    """Serve until the process is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
