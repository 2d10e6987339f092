"""Gives a reply the API's form: steps, signatures, limits, status."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from interactions_emulator.base import signatures
from interactions_emulator.base.ids import IdSource
from interactions_emulator.base.payloads import JsonObject, Step, is_object
from interactions_emulator.reply.annotations import annotate
from interactions_emulator.reply.replies import FunctionCall, Reply
from interactions_emulator.reply.server_tools import (
    GROUNDING,
    ServerToolUse,
    in_order,
    is_server_step,
    steps_of,
)
from interactions_emulator.reply.usage import count_steps, usage_extras
from interactions_emulator.request.turn_rules import pending_calls

_LEAST_THOUGHT = 9
_MOST_THOUGHT = 64
_SUMMARY = "**Reading the conversation**\n\nI look at what was said: {about}\n\n\n"
_SUMMARY_CHARS = 80


@dataclass(frozen=True, slots=True)
class Composed:
    """The model's part of an interaction."""

    steps: list[Step]
    status: str
    output_tokens: int
    thought_tokens: int
    extras: JsonObject = field(default_factory=dict[str, Any])
    """Keys of the usage that only some answers have."""


def compose(
    reply: Reply, model: str, config: JsonObject, about: str, ids: IdSource
) -> Composed:
    """Build the steps of an answer.

    Args:
        reply: What is to be answered.
        model: Decides the forms of ids and signatures.
        config: The request's generation config.
        about: The user's text, which the thinking is about.
        ids: Source of call ids and signatures.
    """
    if reply.steps is not None:
        return _raw(reply, model, ids)
    wanted = 0 if _skips_thinking(reply, config) else _thought_tokens(about)
    limit = config.get("max_output_tokens") if reply.is_limited else None
    thought = wanted if limit is None else min(wanted, limit)
    # Seen on a video answer: when thinking used the whole limit there is no step.
    if limit is not None and 0 < limit <= wanted:
        return Composed([], "incomplete", 0, thought)
    reply = _stopped(reply, config) if reply.is_limited else reply
    cut = _cut(reply, None if limit is None else limit - thought)
    signature = signatures.issue(model, thought, ids.randbytes())
    summary = _summary(reply, config, about) if thought else None
    said = _visible(cut, signature, model, ids)
    tools = _tool_steps(cut.server_tools, model, ids)
    steps = in_order(model, [_thought(signature, summary)], tools, said)
    spent = count_steps(said)
    return Composed(
        steps,
        _status(reply, cut, steps),
        spent.total(),
        thought,
        _extras(model, spent, tools, cut.server_tools),
    )


def model_output(text: str) -> Step:
    """Build a text step, keys in the server's order."""
    return {"content": [{"text": text, "type": "text"}], "type": "model_output"}


def _visible(reply: Reply, signature: str, model: str, ids: IdSource) -> list[Step]:
    content = [*_text_blocks(reply), *reply.media]
    steps: list[Step] = []
    if content:
        steps.append({"content": content, "type": "model_output"})
    calls = [_function_call(c, ids.call(model), signature) for c in reply.calls]
    return [*steps, *calls]


def _text_blocks(reply: Reply) -> list[JsonObject]:
    if reply.text is None:
        return []
    annotations = annotate(reply.text, reply.citations)
    noted = {"annotations": annotations} if annotations else {}
    return [{"text": reply.text, **noted, "type": "text"}]


def _tool_steps(
    uses: tuple[ServerToolUse, ...], model: str, ids: IdSource
) -> list[Step]:
    def sign() -> str:
        return signatures.issue(model, _LEAST_THOUGHT, ids.randbytes())

    return [
        step for use in uses for step in steps_of(use, ids.call(model), model, sign)
    ]


def _extras(
    model: str, said: Counter[str], tools: list[Step], uses: tuple[ServerToolUse, ...]
) -> JsonObject:
    grounding: Counter[str] = Counter()
    for use in uses:
        if use.tool in GROUNDING:
            grounding[use.tool] += max(1, len(use.arguments.get("queries") or ()))
    return usage_extras(model, said, count_steps(tools).total(), grounding)


def _function_call(call: FunctionCall, call_id: str, signature: str) -> Step:
    # Since October 2026 a call repeats the signature of the thought before it.
    return {
        "id": call_id,
        "signature": signature,
        "type": "function_call",
        "name": call.name,
        "arguments": call.arguments,
    }


def _thought(signature: str, summary: str | None) -> Step:
    step: Step = {"signature": signature}
    if summary is not None:
        step["summary"] = [{"text": summary, "type": "text"}]
    return step | {"type": "thought"}


def _skips_thinking(reply: Reply, config: JsonObject) -> bool:
    idle = not reply.thinking or config.get("thinking_level") == "minimal"
    # A call needs a real signature, so there is always some thinking behind it.
    return idle and not reply.calls


def _thought_tokens(about: str) -> int:
    return min(_LEAST_THOUGHT + len(about) // 8, _MOST_THOUGHT)


def _summary(reply: Reply, config: JsonObject, about: str) -> str | None:
    if reply.thought is not None:
        return reply.thought
    if config.get("thinking_summaries") != "auto":
        return None
    return _SUMMARY.format(about=about[:_SUMMARY_CHARS])


def _stopped(reply: Reply, config: JsonObject) -> Reply:
    """End the text before the first stop sequence."""
    text = reply.text
    for sequence in config.get("stop_sequences") or ():
        if text is not None and sequence:
            text = text.partition(sequence)[0]
    return replace(reply, text=text)


def _cut(reply: Reply, budget: int | None) -> Reply:
    """Keep what fits into the budget of visible tokens."""
    if budget is None:
        return reply
    if reply.text is not None:
        reply = replace(reply, text=reply.text[: budget * 4])
    calls = [{"name": c.name, "arguments": c.arguments} for c in reply.calls]
    return reply if count_steps(calls).total() <= budget else replace(reply, calls=())


def _status(reply: Reply, cut: Reply, steps: list[Step]) -> str:
    if reply.status is not None:
        return reply.status
    if cut != reply:
        return "incomplete"
    return "requires_action" if pending_calls(steps) else "completed"


def _raw(reply: Reply, model: str, ids: IdSource) -> Composed:
    """Take raw steps as they are; only what is missing is added."""
    # Steps of server-run tools count as tool use, not as output.
    fills: dict[str, Callable[[], str]] = {"function_call": lambda: ids.call(model)}
    steps: list[Step] = []
    for step in reply.steps or ():
        make_id = fills.get(str(step.get("type")))
        given = step if make_id is None or "id" in step else {"id": make_id(), **step}
        steps.append(given if is_object(given) else {})
    pending = "requires_action" if pending_calls(steps) else "completed"
    tools = [step for step in steps if is_server_step(step)]
    said = count_steps(step for step in steps if step not in tools)
    extras = usage_extras(model, said, count_steps(tools).total(), Counter())
    return Composed(steps, reply.status or pending, said.total(), 0, extras)
