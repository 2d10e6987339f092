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
        {"response_modalities": ["text", "image"]},
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


def test_music_is_an_mp3(http: Any) -> None:
    (music,) = output(http.made("A waltz.", model="lyria-3.5"))

    data = base64.b64decode(music["data"])
    frames = [data[at : at + 417] for at in range(0, len(data), 417)]
    assert music["mime_type"] == "audio/mp3"
    # Sync word, MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes a frame.
    assert {frame[:3] for frame in frames} == {b"\xff\xfb\x90"}
    assert {len(frame) for frame in frames} == {417}


@pytest.mark.parametrize(
    ("mime_type", "size"),
    [("audio/mp3", 1_668), ("audio/alaw", 800), ("audio/mulaw", 800)],
)
def test_other_forms_of_sound_can_be_asked_for(
    http: Any, mime_type: str, size: int
) -> None:
    wanted = {"type": "audio", "mime_type": mime_type}

    (audio,) = output(http.made("Hi.", model=TTS_MODEL, response_format=wanted))

    assert audio["mime_type"] == mime_type
    assert len(base64.b64decode(audio["data"])) == size


def boxes(data: bytes) -> dict[bytes, bytes]:
    """Split an ISO file into its boxes."""
    found: dict[bytes, bytes] = {}
    while data:
        size, name = struct.unpack(">I4s", data[:8])
        assert 8 <= size <= len(data)
        found[name] = data[8:size]
        data = data[size:]
    return found


def test_a_video_model_makes_an_mp4(http: Any, sdk: Any) -> None:
    model = "gemini-omni-1.1-flash"
    (video,) = output(http.made("A storm.", model=model))

    file = boxes(base64.b64decode(video["data"]))
    assert video["mime_type"] == "video/mp4"
    assert list(file) == [b"ftyp", b"moov"]
    assert len(boxes(file[b"moov"])[b"mvhd"]) == 100
    made = sdk.interactions.create(model=model, input="A storm.")
    assert made.output_video.mime_type == "video/mp4"


def spoken(http: Any, **config: Any) -> list[dict[str, Any]]:
    sound = {"type": "audio", "data": PIXEL, "mime_type": "audio/wav"}
    settings = {"transcription_config": config}
    made = http.made([sound], model="gemini-3.5-transcribe", generation_config=settings)
    return made["steps"]


def test_a_transcript_is_a_text_without_thought(http: Any) -> None:
    """API: no thought step (live notes, September 2026)."""
    (step,) = spoken(http)

    text = {"text": "Words of recording 1.", "type": "text"}
    assert step == {"content": [text], "type": "model_output"}


def test_words_of_a_transcript_have_times_and_speakers_if_asked(http: Any) -> None:
    """API: live notes, September 2026."""
    (step,) = spoken(http, timestamp_granularities=["word"], diarization_mode="speaker")

    words = step["content"][0]["annotations"]
    assert [word["text"] for word in words] == ["Words", "of", "recording", "1"]
    assert words[1] == {
        "type": "word_info",
        "text": "of",
        "start_index": 6,
        "end_index": 8,
        "start_offset": "0.100s",
        "end_offset": "0.200s",
        "speaker": "spk:0",
    }


def test_a_vocabulary_and_diarization_exclude_each_other(http: Any) -> None:
    """API: live notes, September 2026."""
    config = {"custom_vocabulary": ["Ada"], "diarization_mode": "speaker"}

    refused = http.refused("Hi.", generation_config={"transcription_config": config})

    assert refused == (400, "custom_vocabulary is incompatible with diarization.")


VOICES = [{"speaker": "Ann", "voice": "Kore"}, {"speaker": "Bob", "voice": "Puck"}]


@pytest.mark.parametrize("config", [VOICES, {"speakers": VOICES}])
def test_two_speakers_speak(sdk: Any, config: Any) -> None:
    """SDK 3.6: a list, or an object that holds it."""
    made = sdk.interactions.create(
        model=TTS_MODEL,
        input="Ann: Hello. Bob: Hi.",
        generation_config={"speech_config": config},
    )

    assert made.output_audio.mime_type == "audio/l16"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"voice": "Kore"}, "Expected an array, got object"),
        ({"speakers": {}}, "'generation_config.speech_config.speakers'. Expected an"),
        ([{"voices": "Kore"}], "Unknown parameter 'voices' at"),
        ([{"voice": 7}], "'generation_config.speech_config[0].voice'. Expected string"),
    ],
)
def test_speech_that_nobody_can_speak_is_refused(
    http: Any, config: Any, message: str
) -> None:
    status, said = http.refused("Hi.", generation_config={"speech_config": config})

    assert status == 400
    assert message in said


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
