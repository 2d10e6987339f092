"""Tiny but valid pictures and sounds, made in code."""

import base64
import hashlib
import math
import re
import struct
import zlib
from typing import Final

from interactions_emulator.base.models import family
from interactions_emulator.base.payloads import JsonObject

_UNIT_PX = 4
_RATE_HZ = 24_000
_LEAST_RATE_HZ, _MOST_RATE_HZ = 8_000, 192_000
_SOUND_S = 0.1
_LOUDNESS = 8_000
_LOWEST_HZ = 220
_BRANDS: Final = b"isom" + struct.pack(">I", 512) + b"isomiso2mp41"
_UNITY: Final = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# Version and times, 1000 units a second, no duration; full speed and volume; the
# matrix; nothing predefined; the next track would be the first.
_MOVIE: Final = struct.pack(
    ">4I I I H 10x 9I 24x I", 0, 0, 0, 1_000, 0, 0x10000, 0x100, *_UNITY, 1
)
_NATIVE: Final = {
    "image": "image",
    "speech": "audio",
    "music": "audio",
    "video": "video",
}
"""The modality of what a model makes; others make text."""
_SILENT_FRAME: Final = b"\xff\xfb\x90\x00" + bytes(413)
"""MPEG-1 layer III, 128 kbit/s, 44.1 kHz: side information of zeros is silence."""
_MP3_HZ = 44_100
_MP3_FRAMES = 4
_SILENT_BYTES: Final = {"audio/alaw": b"\xd5", "audio/mulaw": b"\xff"}
_TELEPHONE_HZ = 8_000


def native_output(model: str) -> str | None:
    """Return what a model says if nobody asks for a modality; None is text."""
    return _NATIVE.get(family(model).makes)


def native_format(model: str) -> JsonObject:
    """Return the format that a model makes unless told otherwise: music is MP3."""
    return {"mime_type": "audio/mp3"} if family(model).makes == "music" else {}


def make_image(about: str, wanted: JsonObject) -> JsonObject:
    """Make a PNG of one colour, in the aspect ratio that was asked for."""
    width, height = _size(str(wanted.get("aspect_ratio") or "1:1"))
    data = _png(width, height, _colour(about))
    return {"mime_type": "image/png", "data": _base64(data), "type": "image"}


def make_audio(about: str, wanted: JsonObject) -> JsonObject:
    """Make a short sound in the form that was asked for, else raw PCM as seen live.

    It is a tone, and silence where an encoder would be needed; Opus is not made.
    """
    kind = wanted.get("mime_type")
    if kind == "audio/mp3":
        return _audio(kind, _SILENT_FRAME * _MP3_FRAMES, _MP3_HZ, channels=2)
    if kind in _SILENT_BYTES:
        silence = _SILENT_BYTES[kind] * int(_TELEPHONE_HZ * _SOUND_S)
        return _audio(kind, silence, _TELEPHONE_HZ)
    rate = _sample_rate(wanted)
    sound = _tone(_LOWEST_HZ + len(about) % _LOWEST_HZ, rate)
    if kind == "audio/wav":
        return _audio(kind, _wav(sound, rate), rate)
    return _audio("audio/l16", sound, rate)


def make_video(_about: str, _wanted: JsonObject) -> JsonObject:
    """Make an MP4 file of no length, which has no track."""
    data = _base64(_box(b"ftyp", _BRANDS) + _box(b"moov", _box(b"mvhd", _MOVIE)))
    return {"mime_type": "video/mp4", "data": data, "type": "video"}


def _audio(kind: str, data: bytes, rate: int, *, channels: int = 1) -> JsonObject:
    return {
        "mime_type": kind,
        "data": _base64(data),
        "sample_rate": rate,
        "channels": channels,
        "type": "audio",
    }


def _box(name: bytes, content: bytes) -> bytes:
    """Frame a box of ISO 14496-12."""
    return struct.pack(">I4s", len(content) + 8, name) + content


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
