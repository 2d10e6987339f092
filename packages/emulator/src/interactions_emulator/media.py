"""Tiny but valid pictures and sounds, made in code."""

import base64
import hashlib
import math
import re
import struct
import zlib

from interactions_emulator.payloads import JsonObject

_UNIT_PX = 4
_RATE_HZ = 24_000
_LEAST_RATE_HZ, _MOST_RATE_HZ = 8_000, 192_000
_SOUND_S = 0.1
_LOUDNESS = 8_000
_LOWEST_HZ = 220
_AUDIO_MODELS = ("tts", "lyria-")
_IMAGE_MODELS = ("-image", "nano-banana")


def native_output(model: str) -> str | None:
    """Return what a model says if nobody asks for a modality; None is text."""
    name = model.removeprefix("models/")
    if any(part in name for part in _IMAGE_MODELS):
        return "image"
    return "audio" if any(part in name for part in _AUDIO_MODELS) else None


def make_image(about: str, wanted: JsonObject) -> JsonObject:
    """Make a PNG of one colour, in the aspect ratio that was asked for."""
    width, height = _size(str(wanted.get("aspect_ratio") or "1:1"))
    data = _png(width, height, _colour(about))
    return {"mime_type": "image/png", "data": _base64(data), "type": "image"}


def make_audio(about: str, wanted: JsonObject) -> JsonObject:
    """Make a short tone: raw PCM as seen live, or WAV where that was asked for."""
    rate = _sample_rate(wanted)
    sound = _tone(_LOWEST_HZ + len(about) % _LOWEST_HZ, rate)
    wav = wanted.get("mime_type") == "audio/wav"
    return {
        "mime_type": "audio/wav" if wav else "audio/l16",
        "data": _base64(_wav(sound, rate) if wav else sound),
        "sample_rate": rate,
        "channels": 1,
        "type": "audio",
    }


def _size(ratio: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d?):([1-9]\d?)", ratio, re.ASCII)
    if found is None:
        return _UNIT_PX, _UNIT_PX
    return int(found[1]) * _UNIT_PX, int(found[2]) * _UNIT_PX


def _colour(about: str) -> bytes:
    return hashlib.sha256(about.encode("utf-8", "replace")).digest()[:3]


def _png(width: int, height: int, colour: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = b"\0" + colour * width
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def _sample_rate(wanted: JsonObject) -> int:
    rate = wanted.get("sample_rate")
    if isinstance(rate, int) and _LEAST_RATE_HZ <= rate <= _MOST_RATE_HZ:
        return rate
    return _RATE_HZ


def _tone(pitch_hz: float, rate: int) -> bytes:
    count = min(int(rate * _SOUND_S), _RATE_HZ)
    step = 2 * math.pi * pitch_hz / rate
    return struct.pack(
        f"<{count}h", *(int(_LOUDNESS * math.sin(step * i)) for i in range(count))
    )


def _wav(sound: bytes, rate: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
