"""What a reply, as the server holds it, says: its text, its calls, its message. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from interactions_core.canonical import JsonObject
from interactions_core.transcript.parts import Part, append_part, part_from_wire
from interactions_core.transcript.steps import Step, function_call, model_output


def pending_calls(steps: Iterable[JsonObject]) -> dict[str, str]:
    """Return the calls that no later result answers, as id to name, in order.

    A call of a managed agent's own tool is followed by its result in the same
    answer and needs none from us (API: a call is pending only if no result with its
    id follows, whatever the status says).
    """
    pending: dict[str, str] = {}
    for step in steps:
        if step.get("type") == "function_call":
            pending[str(step.get("id"))] = str(step.get("name"))
        elif step.get("type") == "function_result":
            pending.pop(str(step.get("call_id")), None)
    return pending


def visible_reply(held: Sequence[JsonObject]) -> tuple[Step, ...]:
    """Reduce a reply to what a framework's message can say of it.

    Returns:
        At most one `model_output` with all text joined (media blocks keep their
        place), then the pending calls in order.
    """
    pending = pending_calls(held)
    parts: list[Part] = []
    calls: list[Step] = []
    for step in held:
        if step.get("type") == "model_output":
            for block in _blocks(step):
                append_part(parts, part_from_wire(block))
        elif step.get("type") == "function_call" and str(step.get("id")) in pending:
            calls.append(
                function_call(
                    str(step.get("id")),
                    str(step.get("name")),
                    step.get("arguments", {}),
                )
            )
    said = (model_output(parts),) if parts else ()
    return (*said, *calls)


def says_something(held: Sequence[JsonObject]) -> bool:
    """Tell whether an answer has anything that a framework's message can say."""
    return bool(pending_calls(held)) or any(
        block.get("type") != "text" or block.get("text")
        for step in held
        if step.get("type") == "model_output"
        for block in _blocks(step)
    )


def reply_text(steps: Iterable[JsonObject]) -> str:
    """Join the text of all `model_output` steps."""
    return "".join(
        str(block.get("text") or "")
        for step in steps
        if step.get("type") == "model_output"
        for block in _blocks(step)
        if block.get("type") == "text"
    )


def _blocks(step: JsonObject) -> list[JsonObject]:
    content = step.get("content")
    if not isinstance(content, list | tuple):
        return []
    return [block for block in content if isinstance(block, Mapping)]
