"""Writes down what nobody said: the answers of models that transcribe.

Their form is that of live notes (September 2026): no thought, one text, and an
annotation for each word where times or speakers are asked for.
"""

import re

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base.payloads import JsonObject, Step, is_list

_WORD_S = 0.1


def transcript(conversation: Conversation) -> Step:
    """Return the text that stands for the sounds of the last input."""
    sounds = _sounds(conversation)
    text = " ".join(f"Words of recording {number + 1}." for number in range(sounds))
    text = text or "Nothing was heard."
    config: JsonObject = conversation.request.generation_config
    asked: JsonObject = config.get("transcription_config") or {}
    block: JsonObject = {"text": text, "type": "text"}
    if asked.get("timestamp_granularities") or asked.get("diarization_mode"):
        speaks = bool(asked.get("diarization_mode"))
        block = {
            "text": text,
            "annotations": _words(text, speaks=speaks),
            "type": "text",
        }
    return {"content": [block], "type": "model_output"}


def _sounds(conversation: Conversation) -> int:
    last = conversation.steps[-1] if conversation.steps else {}
    content = last.get("content")
    items = content if is_list(content) else []
    return sum(item.get("type") == "audio" for item in items)


def _words(text: str, *, speaks: bool) -> list[JsonObject]:
    """Return an annotation for each word; the indices count bytes of ASCII."""
    found = enumerate(re.finditer(r"[A-Za-z0-9]+", text))
    return [_word(number, match, speaks=speaks) for number, match in found]


def _word(number: int, match: re.Match[str], *, speaks: bool) -> JsonObject:
    start, end = number * _WORD_S, (number + 1) * _WORD_S
    word: JsonObject = {
        "type": "word_info",
        "text": match[0],
        "start_index": match.start(),
        "end_index": match.end(),
        "start_offset": f"{start:.3f}s",
        "end_offset": f"{end:.3f}s",
    }
    return word | {"speaker": "spk:0"} if speaks else word
