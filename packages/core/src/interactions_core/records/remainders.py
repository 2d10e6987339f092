"""What of an answer stays on the server when a framework's replies hold text only.

Pure. It is named where the framework, and whoever reads its messages, will see it:
kind, size and how to fetch it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from interactions_core.canonical import JsonObject
from interactions_core.records.turn import Turn
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import reply_text, visible_reply
from interactions_core.transcript.steps import Step, model_output


def note_of(turn: Turn, interaction_id: str, steps: Sequence[JsonObject]) -> str:
    """Say what a text leaves out of an answer; "" for nothing.

    JSON that was asked for is left as it is: a note would break it.

    Args:
        turn: What was asked.
        interaction_id: The answer; "" if the server did not keep it.
        steps: All its steps.
    """
    if not turn.only_text or _may_not_be_added_to(turn, steps):
        return ""
    return remainder_note(interaction_id, _blocks(steps))


def remainder_note(interaction_id: str, blocks: Sequence[JsonObject]) -> str:
    """Name those of some content blocks that are no text; "" for none.

    Args:
        interaction_id: Where they are; "" for nowhere.
        blocks: Content blocks as the API gave them.
    """
    named = [_name(block) for block in blocks if block.get("type") != "text"]
    if not named:
        return ""
    where = (
        f"interaction {interaction_id} holds them, and "
        f"client.interactions.get({interaction_id!r}) of google-genai fetches them"
        if interaction_id
        else "the interaction was not stored, so that they cannot be fetched"
    )
    return f"\n\n[Not shown here: {', '.join(named)}; {where}.]"


def told_steps(note: str, steps: Sequence[JsonObject]) -> tuple[Step, ...]:
    """Return what a framework is told of an answer: its text, a note, its calls."""
    calls = [step for step in visible_reply(steps) if step.kind == "function_call"]
    text = f"{reply_text(steps)}{note}"
    return (*((model_output([text_part(text)]),) if text else ()), *calls)


def has_remainder(steps: Sequence[JsonObject]) -> bool:
    """Tell whether an answer holds anything that a text leaves out."""
    return any(block.get("type") != "text" for block in _blocks(steps))


def _may_not_be_added_to(turn: Turn, steps: Sequence[JsonObject]) -> bool:
    return "response_format" in turn.settings and bool(reply_text(steps))


def _blocks(steps: Sequence[JsonObject]) -> list[JsonObject]:
    return [
        block
        for step in visible_reply(steps)
        if step.kind == "model_output"
        for block in cast("list[JsonObject]", step.wire["content"])
    ]


def _name(block: JsonObject) -> str:
    """Name a block: `image (image/png, 1,234 bytes)`."""
    return f"{block.get('type')} ({', '.join(_details(block)) or 'no details'})"


def _details(block: Mapping[str, object]) -> Iterator[str]:
    if block.get("mime_type"):
        yield str(block["mime_type"])
    data = block.get("data")
    if isinstance(data, str):
        text = "".join(data.split())
        yield f"{len(text) * 3 // 4 - text[-2:].count('='):,} bytes"
    if block.get("uri"):
        yield str(block["uri"])
