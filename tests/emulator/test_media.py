"""Pictures and sounds in both directions, and what they count."""

import base64
import io
import struct
import wave
import zlib
from typing import Any

import pytest

from interactions_emulator import Emulator

IMAGE_MODEL, TTS_MODEL = "gemini-3-pro-image", "gemini-3.8-flash-tts"
PIXEL = base64.b64encode(b"some bytes").decode()


def output(interaction: dict[str, Any]) -> list[dict[str, Any]]:
    return interaction["steps"][-1]["content"]


def png_size(data: str) -> tuple[int, int]:
    raw = base64.b64decode(data)
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    assert raw.endswith(b"IEND" + struct.pack(">I", zlib.crc32(b"IEND")))
    return struct.unpack(">II", raw[16:24])


def test_an_image_model_paints(http: Any) -> None:
    made = http.made("A cat.", model=IMAGE_MODEL)

    (image,) = output(made)
    assert list(image) == ["mime_type", "data", "type"]
    assert png_size(image["data"]) == (4, 4)


@pytest.mark.parametrize(
    "wanted",
    [
        {"response_modalities": ["image"]},
        {"response_modalities": ["TEXT", "IMAGE"]},
        {"response_format": {"type": "image", "aspect_ratio": "16:9"}},
        {"response_format": [{"type": "text"}, {"type": "image"}]},
    ],
)
def test_a_picture_comes_when_it_is_asked_for(
    http: Any, wanted: dict[str, Any]
) -> None:
    made = http.made("A cat.", **wanted)

    assert output(made)[-1]["type"] == "image"


def test_the_aspect_ratio_is_kept(http: Any) -> None:
    wanted = {"type": "image", "aspect_ratio": "16:9"}

    made = http.made("A cat.", response_format=wanted)

    assert png_size(output(made)[0]["data"]) == (64, 36)


def test_a_picture_is_one_delta(http: Any, events: Any) -> None:
    """API: recorded as one delta with the whole data."""
    told = events(http.create("A cat.", model=IMAGE_MODEL, stream=True).text)

    deltas = [e["delta"] for e in told if e["event_type"] == "step.delta"]
    assert [delta["type"] for delta in deltas] == ["thought_signature", "image"]


def test_a_speech_model_speaks_pcm(http: Any) -> None:
    """API: audio/l16 at 24 kHz (live notes, 2026)."""
    (audio,) = output(http.made("Say hello.", model=TTS_MODEL))

    assert (audio["mime_type"], audio["sample_rate"]) == ("audio/l16", 24_000)
    assert len(base64.b64decode(audio["data"])) == 2 * 2_400


def test_wav_can_be_asked_for(http: Any) -> None:
    wanted = {"type": "audio", "mime_type": "audio/wav", "sample_rate": 8_000}

    (audio,) = output(http.made("Say hello.", response_format=wanted))

    with wave.open(io.BytesIO(base64.b64decode(audio["data"]))) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 8_000)
        assert sound.getnframes() == 800


def test_media_output_is_counted_by_modality(http: Any) -> None:
    usage = http.made("A cat.", model=IMAGE_MODEL)["usage"]

    (entry,) = usage["output_tokens_by_modality"]
    assert entry == {"modality": "image", "tokens": usage["total_output_tokens"]}


def test_media_input_is_counted_by_modality(http: Any) -> None:
    kinds = ("image", "audio", "video", "document")
    media = [{"type": kind, "data": PIXEL, "mime_type": "x/y"} for kind in kinds]

    usage = http.made([{"type": "text", "text": "What is it?"}, *media])["usage"]

    counted = {e["modality"] for e in usage["input_tokens_by_modality"]}
    assert counted == {"text", *kinds}


def test_a_script_can_show_pictures(http: Any, emulator: Emulator) -> None:
    given = {"mime_type": "image/jpeg", "data": PIXEL}
    emulator.script([{"reply": {"text": "See.", "image": given, "audio": True}}])

    text, image, audio = output(http.made("Hi."))

    assert text["text"] == "See."
    assert image == {**given, "type": "image"}
    assert audio["type"] == "audio"


def test_an_unknown_modality_is_refused(http: Any) -> None:
    status, message = http.refused("Hi.", response_modalities=["smell"])

    assert status == 400
    assert "'smell' is not supported for 'response_modalities'" in message


def test_the_sdk_offers_what_was_made(sdk: Any) -> None:
    image = sdk.interactions.create(model=IMAGE_MODEL, input="A cat.")
    audio = sdk.interactions.create(model=TTS_MODEL, input="Hello.")

    assert image.output_image.mime_type == "image/png"
    assert audio.output_audio.mime_type == "audio/l16"


def test_summaries_on_25_are_followed_by_empty_signatures(
    http: Any, events: Any
) -> None:
    """API: openinference, 2026-06-05; the last signature counts."""
    config = {"thinking_summaries": "auto"}

    told = events(http.create("Hi.", generation_config=config, stream=True).text)

    thought = [e["delta"] for e in told if e.get("index") == 0 and "delta" in e]
    assert [delta["type"] for delta in thought] == [
        "thought_summary",
        "thought_signature",
        "thought_signature",
    ]
    assert [d["signature"] != "" for d in thought[1:]] == [False, True]


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "image", "aspect_ratio": "99999:1"},
        {"type": "image", "aspect_ratio": "²:1"},
        {"type": "image", "aspect_ratio": 5},
        {"type": "audio", "sample_rate": 10**12, "mime_type": "audio/wav"},
        {"type": "audio", "sample_rate": True},
    ],
)
def test_odd_formats_get_a_usual_answer(http: Any, wanted: dict[str, Any]) -> None:
    made = http.made("A cat.", response_format=wanted)

    assert output(made)[0]["type"] == wanted["type"]
