"""Ways to compare an answer with a recorded one: keys, types, fixed words, order."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

LITERAL = {"type", "status", "object", "model", "event_type", "modality", "code"}
LITERAL |= {"name", "service_tier", "role"}


def shape(value: Any, key: str = "") -> Any:
    """Reduce JSON to its keys in order, its types, and its fixed words."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    if key in LITERAL:
        return value
    return type(value).__name__


def sorted_keys(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def without_call_signatures(value: Any) -> Any:
    """Drop what function calls carry only since October 2026."""
    if isinstance(value, list):
        return [without_call_signatures(item) for item in value]
    if not isinstance(value, dict):
        return value
    dropped = {"signature"} if value.get("type") == "function_call" else set()
    kept = {name: item for name, item in value.items() if name not in dropped}
    return {name: without_call_signatures(item) for name, item in kept.items()}


def stream_shape(text: str) -> list[Any]:
    """Reduce a stream to event names and shapes; runs of text deltas are one."""
    shapes: list[Any] = []
    for block in text.strip().split("\n\n"):
        name, data = (line.split(": ", 1) for line in block.split("\n", 1))
        assert (name[0], data[0]) == ("event", "data")
        parsed = data[1] if data[1] == "[DONE]" else shape(json.loads(data[1]))
        if not shapes or shapes[-1] != (name[1], parsed):
            shapes.append((name[1], parsed))
    return shapes


def ids_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["id"]] if isinstance(value.get("id"), str) else []
        return own + [i for item in value.values() for i in ids_of(item)]
    return (
        [i for item in value for i in ids_of(item)] if isinstance(value, list) else []
    )


class Replay:
    """Sends recorded requests with the ids that the emulator gave."""

    def __init__(self, http: Any) -> None:
        self._http = http
        self._ids: dict[str, str] = {}

    def send(self, method: str, url: str, body: str, recorded: Any) -> Any:
        for theirs, ours in self._ids.items():
            body, url = body.replace(theirs, ours), url.replace(theirs, ours)
        answer = self._http.request(
            method, url, content=body, headers={"content-type": "application/json"}
        )
        if recorded is not None and answer.status_code == 200:
            self._ids |= dict(
                zip(ids_of(recorded), ids_of(answer.json()), strict=False)
            )
        return answer


def path_of(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def replayed(http: Any, exchanges: list[Any]) -> list[tuple[Any, Any]]:
    """Return recorded and emulated JSON of each exchange."""
    replay, pairs = Replay(http), []
    for exchange in exchanges:
        request, response = exchange["request"], exchange["response"]
        theirs = json.loads(response["body"]["string"])
        answer = replay.send(
            request["method"], path_of(request["uri"]), request["body"] or "", theirs
        )
        assert answer.status_code == response["status"]["code"]
        pairs.append((theirs, answer.json()))
    return pairs


def sorted_stream(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        field, _, data = line.partition(": ")
        is_json = field == "data" and data != "[DONE]"
        lines.append(
            f"data: {json.dumps(json.loads(data), sort_keys=True)}" if is_json else line
        )
    return "\n".join(lines)


def events_of(text: str) -> list[dict[str, Any]]:
    """Return the parsed events of a stream without its `done`."""
    data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in data if line != "[DONE]"]


def event_shapes(events: list[dict[str, Any]]) -> list[Any]:
    """Reduce parsed events to shapes; runs of text deltas are one."""
    shapes: list[Any] = []
    for event in events:
        reduced = shape(event)
        if not shapes or shapes[-1] != reduced:
            shapes.append(reduced)
    return shapes


EVENT_NAMES = {
    "interaction.start": "interaction.created",
    "interaction.complete": "interaction.completed",
    "content.start": "step.start",
    "content.delta": "step.delta",
    "content.stop": "step.stop",
}


def modern(body: dict[str, Any]) -> dict[str, Any]:
    """Translate a resource of the legacy schema: `outputs` and `role` went."""
    kept = {key: body[key] for key in body.keys() - {"outputs", "role"}}
    if "input" in body:
        kept["input"] = [modern_turn(turn) for turn in body["input"]]
    steps = list(modern_steps(body.get("outputs", [])))
    return sorted_keys(kept | ({"steps": steps} if steps else {}))


def modern_turn(turn: dict[str, Any]) -> dict[str, Any]:
    kind = "user_input" if turn["role"] == "user" else "model_output"
    return {"type": kind, "content": turn["content"]}


def modern_steps(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for output in outputs:
        is_content = output["type"] == "text"
        yield {"type": "model_output", "content": [output]} if is_content else output


def modern_event(event: dict[str, Any]) -> dict[str, Any]:
    """Translate an event of the legacy schema."""
    renamed = event | {
        "event_type": EVENT_NAMES.get(event["event_type"], event["event_type"])
    }
    if "interaction" in event:
        renamed["interaction"] = modern(event["interaction"])
    if "content" in event:
        kind = renamed.pop("content")["type"]
        renamed["step"] = {"type": "model_output" if kind == "text" else kind}
    return sorted_keys(renamed)
