"""What of an answer a stream had not shown yet when it was cut.

Pure.
"""

import json
from collections.abc import Sequence

from interactions_core.canonical import JsonObject
from interactions_core.transcript.replies import reply_text
from interactions_core.transcript.streaming import (
    ArgumentsDelta,
    CallStarted,
    StreamEvent,
    TextDelta,
)


def missing_events(
    seen: Sequence[JsonObject], steps: Sequence[JsonObject]
) -> list[StreamEvent] | None:
    """Say what of an answer was not shown yet.

    Args:
        seen: The steps of which every event has been shown.
        steps: The whole answer.

    Returns:
        Text and calls in order; `None` if what was shown is not its beginning.
    """
    chars = len(reply_text(seen))
    if not reply_text(steps).startswith(reply_text(seen)):
        return None
    calls = [step for step in seen if step.get("type") == "function_call"]
    rest: list[StreamEvent] = []
    for index, step in enumerate(steps):
        if step.get("type") == "function_call":
            events = _unseen_call(index, step, calls.pop(0) if calls else None)
            if events is None:
                return None
            rest.extend(events)
        text = reply_text([step])
        if text[chars:]:
            rest.append(TextDelta(index, text[chars:]))
        chars = max(0, chars - len(text))
    return None if calls else rest


def _unseen_call(
    index: int, call: JsonObject, seen: JsonObject | None
) -> list[StreamEvent] | None:
    """Say what of a call is new; arguments that were cut cannot be completed."""
    arguments = call.get("arguments")
    whole = [ArgumentsDelta(index, json.dumps(arguments))] if arguments else []
    if seen is None:
        started = CallStarted(index, str(call.get("id")), str(call.get("name")))
        return [started, *whole]
    if seen.get("id") != call.get("id"):
        return None
    if seen.get("arguments") == arguments:
        return []
    return None if seen.get("arguments") else list(whole)
