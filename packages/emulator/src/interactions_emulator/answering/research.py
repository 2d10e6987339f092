"""What a deep-research agent does: plans, searches, writes a report.

It searches nothing. The report repeats what the default answerer says of the
conversation, so that a lost state shows here as well.
"""

import re
from dataclasses import replace

from interactions_emulator.answering.answerer import answer
from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base import signatures
from interactions_emulator.base.ids import IdSource
from interactions_emulator.base.payloads import JsonObject, Step, text_of
from interactions_emulator.reply.compose import Composed, compose
from interactions_emulator.reply.replies import Reply
from interactions_emulator.reply.server_results import default_result
from interactions_emulator.reply.server_tools import ServerToolUse, steps_of
from interactions_emulator.reply.usage import count_steps

_REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/"
_PLAN_TITLE = "# Research plan"
_TOPIC_CHARS = 80
_THOUGHT_TOKENS = 24
# Its completed GET showed the report alone (recorded 2026-08-18).
_REPORT_ONLY = frozenset({"deep-research-pro-preview-12-2025"})
_ROUNDS = (
    ("Generating research plan", "background of {topic}"),
    ("Comparing sources", "recent developments in {topic}"),
)


def research_reply(conversation: Conversation) -> Reply:
    """Return the default plan or report."""
    said = answer(conversation).text or ""
    topic = _topic(conversation)
    if _plans(conversation):
        return Reply(text=f"{_PLAN_TITLE}\n\n" + _numbered(topic) + f"\n{said}\n")
    plan = " It follows the agreed plan." if _was_planned(conversation) else ""
    parts = [
        f"# Report: {topic}",
        f"## Summary\n\n{said}{plan} [cite: 1]",
        f"## Findings\n\nThe emulator searched nothing about {topic}. [cite: 2]",
    ]
    return Reply(text="\n\n".join(parts) + "\n")


def compose_research(
    reply: Reply, conversation: Conversation, base: str, ids: IdSource
) -> Composed:
    """Build the steps of a plan or of a whole run around what is to be said.

    Args:
        reply: The text of plan or report, scripted or not; raw steps stay alone.
        conversation: What was asked, and with which agent config.
        base: The built-in agent behind the one that was asked.
        ids: Source of call ids and signatures.
    """
    request, topic = conversation.request, _topic(conversation)
    has_summaries = request.agent_config.get("thinking_summaries") == "auto"
    config = {"thinking_summaries": "auto" if has_summaries else "none"}
    is_run = reply.text is not None and not _plans(conversation)
    if is_run:
        reply = replace(reply, citations=reply.citations or _citations(reply.text))
    composed = compose(reply, request.model, config, topic, ids)
    if not is_run or reply.steps is not None:
        return composed
    if base in _REPORT_ONLY and not has_summaries:
        steps = [s for s in composed.steps if s.get("type") != "thought"]
    else:
        front = _loop(request.model, topic, ids, summarised=has_summaries)
        steps = [*front, *composed.steps]
    return replace(
        composed,
        steps=steps,
        thought_tokens=composed.thought_tokens + _THOUGHT_TOKENS * len(_ROUNDS),
        extras=_extras(topic, composed.output_tokens),
    )


def _loop(model: str, topic: str, ids: IdSource, *, summarised: bool) -> list[Step]:
    steps: list[Step] = []
    for title, query in _ROUNDS:
        signature = signatures.issue(model, _THOUGHT_TOKENS, ids.randbytes())
        summary = {"text": f"**{title}**\n\nI look at {topic}.\n\n\n", "type": "text"}
        shown = {"summary": [summary]} if summarised else {}
        steps.append({"signature": signature, **shown, "type": "thought"})
        steps += _search(query.format(topic=topic), model, ids)
    return steps


def _search(query: str, model: str, ids: IdSource) -> list[Step]:
    def sign() -> str:
        return signatures.issue(model, _THOUGHT_TOKENS, ids.randbytes())

    return steps_of(_use(query), ids.call(model), model, sign)


def _use(query: str) -> ServerToolUse:
    arguments = {"queries": [query]}
    result = default_result("google_search", arguments)
    return ServerToolUse(tool="google_search", arguments=arguments, result=result)


def _extras(topic: str, output: int) -> JsonObject:
    uses = [_use(query.format(topic=topic)) for _, query in _ROUNDS]
    read = [{"type": "search", "result": use.result} for use in uses]
    return {
        "output_tokens_by_modality": [{"modality": "text", "tokens": output}],
        "total_tool_use_tokens": count_steps(read).total(),
        "grounding_tool_count": [{"type": "google_search", "count": len(uses)}],
    }


def _citations(text: str | None) -> tuple[JsonObject, ...]:
    """Return a source for each mark, or one for a text without marks.

    The recorded ones cover the marks and have no title.
    """
    marks = re.findall(r"\[cite: \d+\]", text or "") or [text or ""]
    return tuple(
        {"text": mark, "url": f"{_REDIRECT}{number}"}
        for number, mark in enumerate(dict.fromkeys(marks), 1)
    )


def _plans(conversation: Conversation) -> bool:
    return conversation.request.agent_config.get("collaborative_planning") is True


def _was_planned(conversation: Conversation) -> bool:
    outputs = (s for s in conversation.steps if s.get("type") == "model_output")
    return any(text_of(s.get("content")).startswith(_PLAN_TITLE) for s in outputs)


def _topic(conversation: Conversation) -> str:
    texts = conversation.user_texts
    asked = texts[0] if _was_planned(conversation) else conversation.last_user_text
    return " ".join(asked.split())[:_TOPIC_CHARS] or "the topic"


def _numbered(topic: str) -> str:
    lines = [query.format(topic=topic) for _, query in _ROUNDS]
    return "".join(f"{i}. Search for {line}.\n" for i, line in enumerate(lines, 1))
