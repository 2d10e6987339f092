"""Media in every form that `ChatGoogleGenerativeAI` takes."""

from typing import Any

import pytest
from google.genai import types
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from interactions_core.exceptions import UnsupportedContentError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel

URL = "https://example.org/a.png"
UPLOADED = "https://generativelanguage.googleapis.com/v1beta/files/x"
PNG = {"type": "image", "mime_type": "image/png", "data": "cmF3"}
BY_URL = {"type": "image", "uri": URL}
PDF = {"type": "document", "mime_type": "application/pdf", "data": "cmF3"}
VIDEO = {"type": "video", "mime_type": "video/mp4", "uri": "gs://b/a.mp4"}
LAYERS = getattr(types, "VideoMetadataContentLayer", None)


def heard_only() -> Any:
    layers = {"content_layers": [LAYERS.AUDIO]} if LAYERS else {}
    return types.VideoMetadata(start_offset="1s", **layers)


FORMS: list[Any] = [
    ({"type": "image_url", "image_url": {"url": URL}}, BY_URL),
    ({"type": "image_url", "image_url": URL}, BY_URL),
    ({"type": "image_url", "image_url": "data:image/png;base64,cmF3"}, PNG),
    ({"type": "image_url", "image_url": {"url": "data:image/png,raw"}}, PNG),
    ({"type": "image_url", "image_url": "data:application/pdf;base64,cmF3"}, PDF),
    (
        {"type": "image_url", "image_url": "gs://b/a.png"},
        {"type": "image", "uri": "gs://b/a.png"},
    ),
    ({"type": "media", "mime_type": "image/png", "data": b"raw"}, PNG),
    ({"type": "media", "mime_type": "image/png", "data": "cm\nF3\n"}, PNG),
    ({"type": "media", "mime_type": "video/mp4", "file_uri": "gs://b/a.mp4"}, VIDEO),
    (
        {"type": "media", "file_uri": "https://www.youtube.com/watch?v=x"},
        {"type": "video", "uri": "https://www.youtube.com/watch?v=x"},
    ),
    (
        {"type": "media", "file_uri": "gs://b/a.mp3"},
        {"type": "audio", "uri": "gs://b/a.mp3"},
    ),
    ({"type": "image", "mime_type": "image/png", "base64": b"raw"}, PNG),
    ({"type": "image", "mime_type": "image/png", "base64": "cmF3"}, PNG),
    (
        {
            "type": "image",
            "mime_type": "image/png",
            "base64": "data:image/png;base64,cmF3",
        },
        PNG,
    ),
    ({"type": "image", "url": URL}, BY_URL),
    ({"type": "image", "source_type": "url", "url": URL}, BY_URL),
    (
        {
            "type": "image",
            "source_type": "base64",
            "mime_type": "image/png",
            "data": b"raw",
        },
        PNG,
    ),
    (
        {
            "type": "video",
            "source_type": "base64",
            "mime_type": "video/mp4",
            "data": "cmF3",
        },
        {"type": "video", "mime_type": "video/mp4", "data": "cmF3"},
    ),
    (
        {"type": "video", "file_id": UPLOADED, "mime_type": "video/mp4"},
        {"type": "video", "uri": UPLOADED, "mime_type": "video/mp4"},
    ),
    (
        {"type": "file", "file_id": UPLOADED, "mime_type": "application/pdf"},
        {"type": "document", "uri": UPLOADED, "mime_type": "application/pdf"},
    ),
    ({"type": "file", "base64": b"raw", "mime_type": "application/pdf"}, PDF),
    (
        {
            "type": "file",
            "file": {"file_data": "data:application/pdf;base64,cmF3", "filename": "a"},
        },
        PDF,
    ),
    (
        {"type": "text-plain", "base64": "cmF3", "mime_type": "text/plain"},
        {"type": "document", "data": "cmF3", "mime_type": "text/plain"},
    ),
    ({"type": "text-plain", "text": "raw"}, {"type": "text", "text": "raw"}),
    (
        {"type": "input_audio", "input_audio": {"data": "cmF3", "format": "wav"}},
        {"type": "audio", "mime_type": "audio/wav", "data": "cmF3"},
    ),
    (
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "cmF3"},
        },
        PNG,
    ),
    (
        {"type": "file_data", "file_uri": "gs://b/a.mp4", "mime_type": "video/mp4"},
        VIDEO,
    ),
    (
        {"file_data": {"file_uri": "gs://b/a.mp4", "mime_type": "video/mp4"}},
        VIDEO,
    ),
    ({"inline_data": {"data": b"raw", "mime_type": "image/png"}}, PNG),
    (
        {
            "type": "non_standard",
            "value": {"type": "media", "mime_type": "image/png", "data": b"raw"},
        },
        PNG,
    ),
    (
        {"type": "media", "data": b"\x89PNG\r\n", "mime_type": None},
        {"type": "image", "mime_type": "image/png", "data": "iVBORw0K"},
    ),
    (VIDEO, VIDEO),
]
SETTINGS: list[Any] = [
    ({"media_resolution": "MEDIA_RESOLUTION_HIGH"}, {"resolution": "high"}),
    (
        {
            "media_resolution": types.PartMediaResolution(
                level=types.PartMediaResolutionLevel.MEDIA_RESOLUTION_LOW
            ).model_dump()
        },
        {"resolution": "low"},
    ),
    ({"media_resolution": "MEDIA_RESOLUTION_UNSPECIFIED"}, {}),
    ({"resolution": "medium"}, {"resolution": "medium"}),
    ({"media_processing": "AGENTIC"}, {"processing": "agentic"}),
    ({"media_processing": types.MediaProcessing.STATIC}, {"processing": "static"}),
    (
        {"video_metadata": {"start_offset": "10s", "endOffset": 20.5, "fps": 5}},
        {
            "processing": {
                "type": "static",
                "start_offset": "10s",
                "end_offset": "20.5s",
                "fps": 5,
            }
        },
    ),
    pytest.param(
        {"video_metadata": heard_only()},
        {
            "processing": {
                "type": "static",
                "start_offset": "1s",
                "content_layers": ["audio"],
            }
        },
        marks=pytest.mark.skipif(LAYERS is None, reason="this google-genai has none"),
    ),
]


@pytest.mark.parametrize(("block", "wire"), FORMS)
@pytest.mark.parametrize("who", ["user", "tool", "model"])
def test_media_of_every_form_are_sent_and_chained_on(
    who: str,
    block: dict[str, Any],
    wire: dict[str, Any],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    call = {"id": "c1", "name": "see", "args": {}, "type": "tool_call"}
    message: Any = {
        "user": [HumanMessage([block])],
        "tool": [
            AIMessage("", tool_calls=[call]),
            ToolMessage([block], tool_call_id="c1"),
        ],
        "model": [AIMessage([block])],
    }[who]
    history = [HumanMessage("See."), *message, HumanMessage("Well?")]
    model = make_model()

    reply = model.invoke(history)
    again = model.invoke([*history, reply, HumanMessage("And?")])

    sent = emulator.requests()[0]["body"]["input"]
    parts = [p for s in sent for p in s.get("content", s.get("result", ()))]
    assert wire in parts
    assert again.response_metadata["plan_reason"] == "continue"


@pytest.mark.parametrize(("settings", "wire"), SETTINGS)
def test_how_a_video_is_looked_at_is_said_in_the_apis_words(
    settings: dict[str, Any],
    wire: dict[str, Any],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    video = {"type": "media", "mime_type": "video/mp4", "file_uri": "gs://b/a.mp4"}

    make_model().invoke([HumanMessage([video | settings])])

    [step] = emulator.requests()[0]["body"]["input"]
    assert step["content"] == [VIDEO | wire]


def test_another_look_at_the_same_video_is_another_message(
    make_model: MakeModel,
) -> None:
    video = {"type": "media", "mime_type": "video/mp4", "file_uri": "gs://b/a.mp4"}
    model = make_model()
    reply = model.invoke([HumanMessage([video])])

    closer = HumanMessage([video | {"media_resolution": "MEDIA_RESOLUTION_HIGH"}])
    again = model.invoke([closer, reply, HumanMessage("And now?")])

    assert again.response_metadata["previous_interaction_id"] == ""


@pytest.mark.parametrize(
    ("block", "message"),
    [
        pytest.param(
            {"type": "image_url", "image_url": "/etc/hostname"},
            "'/etc/hostname' in a block of type 'image_url' is none",
            id="a local file",
        ),
        pytest.param(
            {"type": "file", "file": {"file_id": "file-abc"}},
            "'file-abc' in a block of type 'file' is none",
            id="another provider's file",
        ),
        pytest.param(
            {"type": "image", "mime_type": "image/png", "base64": "not base64!"},
            "neither bytes nor base64",
            id="broken data",
        ),
        pytest.param(
            {"type": "media", "mime_type": "image/png"},
            "neither data nor an address",
            id="nothing",
        ),
        pytest.param(
            {"type": "image", "url": URL, "video_metadata": {"fps": 5}},
            "video_metadata of a block of type 'image'",
            id="a video's settings for a picture",
        ),
        pytest.param(
            {
                "type": "audio",
                "url": "gs://b/a.mp3",
                "media_resolution": "MEDIA_RESOLUTION_LOW",
            },
            "media_resolution of a block of type 'audio'",
            id="a picture's settings for a sound",
        ),
        pytest.param(
            {
                "type": "video",
                "url": "gs://b/a.mp4",
                "media_processing": "AGENTIC",
                "video_metadata": {"fps": 5},
            },
            "video_metadata is for static processing",
            id="both kinds of processing",
        ),
    ],
)
def test_what_the_api_could_not_read_is_refused_by_name(
    block: dict[str, Any], message: str, make_model: MakeModel, emulator: Emulator
) -> None:
    with pytest.raises(UnsupportedContentError, match=message):
        make_model().invoke([HumanMessage([block])])

    assert emulator.requests() == []
