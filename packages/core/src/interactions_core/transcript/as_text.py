"""Say in words what a call or a result was, for servers that refuse the real thing.

Pure.
"""

import json
from collections.abc import Mapping

from interactions_core.canonical import Json, JsonObject
from interactions_core.transcript.parts import Part, part_from_wire, text_part
from interactions_core.transcript.steps import user_input


def as_text(step: JsonObject) -> JsonObject:
    """Say in words what a call or a result was; media stay media."""
    if step["type"] == "function_call":
        said = f"[called {step['name']} with {_shown(step['arguments'])}]"
        return user_input([text_part(said)]).wire
    parts = _parts(step.get("result"))
    words = "".join(str(p.wire["text"]) for p in parts if p.wire["type"] == "text")
    failed = " failed" if step.get("is_error") else ""
    name = step.get("name") or step.get("call_id")
    media = [part for part in parts if part.wire["type"] != "text"]
    return user_input([text_part(f"[result of {name}{failed}: {words}]"), *media]).wire


def _parts(result: Json) -> list[Part]:
    if isinstance(result, list):
        return [part_from_wire(block) for block in result if isinstance(block, Mapping)]
    return [text_part(_shown(result))]


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
