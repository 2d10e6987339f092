"""A turn as the command of curl that `interactions replay` prints."""

from interactions_core.explaining.curl import (
    CutPart,
    curl_lines,
    notes_on,
    without_media,
)
from interactions_core.explaining.replays import replay_of
from interactions_core.page.reading import View
from interactions_core.records.conversations import ConversationId


def curl_json(view: View, name: ConversationId, key: str) -> dict[str, object] | None:
    """Return the command that asks a turn again, and what it lacks.

    Returns:
        `text`, null where there is none, and `note`; `None` where the turn is not of
        this conversation, or nothing may be told of what was said.
    """
    if view.hide_content or view.store.conversation_of(name.scope, key) != name:
        return None
    record = view.store.get(name.scope, key)
    if record is None:
        return None
    again = replay_of(view.store, record)
    if again.refusal:
        return {"text": None, "note": f"Not copied: {again.refusal}."}
    cut: list[CutPart] = []
    lines = curl_lines(record.scope, without_media(again.body, cut))
    text = "".join(f"{line}\n" for line in lines)
    return {"text": text, "note": " ".join(notes_on(again.previous, cut))}
