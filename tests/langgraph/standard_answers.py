"""What the standard suites meet: a scripted model, and files without the internet."""

import base64
import struct
import zlib
from typing import Any, Final

import httpx

JOKE: Final = {
    "setup": "Why do cats make bad storytellers?",
    "punchline": "They only have one tail.",
}
_TOLD: Final = (
    '{"setup": "Why do cats make bad storytellers?",'
    ' "punchline": "They only have one tail."}'
)

SCRIPT: Final[list[dict[str, Any]]] = [
    # The words of a call, for those who force one, and JSON for the others.
    *(
        {
            "when": {"context_contains": "cats", "has_tool": name},
            "reply": {"calls": [{"name": name, "arguments": JOKE}]},
        }
        for name in ("Joke", "JokeDict")
    ),
    {"when": {"last_user_contains": "cats"}, "reply": {"text": _TOLD}},
    {
        "when": {"last_user_contains": "San Francisco", "last_step": "user_input"},
        "reply": {
            "calls": [
                {
                    "name": "get_weather",
                    "arguments": {"location": "San Francisco, CA"},
                }
            ]
        },
    },
    {
        "when": {"last_user_contains": "story about a cat"},
        "reply": {"text": "Once upon a time there was a cat."},
    },
    {
        "when": {"last_user_contains": "think"},
        "reply": {"thought": "This needs some thought.", "text": "I thought about it."},
    },
]


def download(url: str, **_: Any) -> httpx.Response:
    """Take the place of `httpx.get`: the suite's files, small and made here."""
    files = {"pdf": pdf, "wav": wav, "png": png}
    return httpx.Response(200, content=files[url.rpartition(".")[2]]())


def png() -> bytes:
    """Return one white pixel."""
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\0\xff")),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def wav() -> bytes:
    """Return a tenth of a second of silence."""
    samples = bytes(1600)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf() -> bytes:
    """Return an empty page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
