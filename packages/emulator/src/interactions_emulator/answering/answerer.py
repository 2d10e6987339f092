"""The default answerer: no script, no model, no randomness.

It answers from the session's memory, so that a lost state shows in the answer.
"""

import re
from dataclasses import replace

from interactions_emulator.answering.arguments import TextValues, fill
from interactions_emulator.answering.choices import choose, is_only_choice, options_in
from interactions_emulator.answering.conversation import Conversation, result_text
from interactions_emulator.answering.fact_answers import DENIAL, answer_from_facts
from interactions_emulator.answering.handovers import wanted_handovers
from interactions_emulator.answering.instructions import ending_word
from interactions_emulator.answering.server_tool_use import wanted_uses
from interactions_emulator.answering.tool_use import wanted_calls
from interactions_emulator.answering.transcripts import transcript
from interactions_emulator.base.media import (
    make_audio,
    make_image,
    make_video,
    native_format,
    native_output,
)
from interactions_emulator.base.models import family
from interactions_emulator.base.payloads import (
    JsonObject,
    Step,
    dump_text,
    is_list,
    text_of,
)
from interactions_emulator.reply.annotations import citations_of
from interactions_emulator.reply.replies import FunctionCall, Reply
from interactions_emulator.reply.server_tools import ServerToolUse
from interactions_emulator.request.schema_texts import schema_in, without_schemas

_ECHO_CHARS = 300
_JSON = re.compile(r"\b(?:json|schema|format)\b", re.IGNORECASE)
_MAKERS = {"image": make_image, "audio": make_audio, "video": make_video}


def answer(conversation: Conversation) -> Reply:
    """Answer by the first rule that applies."""
    if family(conversation.request.model).makes == "transcript":
        return Reply(steps=(transcript(conversation),))
    results = conversation.fresh_results
    known: list[Step] = []
    if conversation.functions and (conversation.must_call or not results):
        calls, known = _wanted(conversation)
        if calls:
            return Reply(calls=tuple(calls))
    results = results or known
    uses = () if results else wanted_uses(conversation)
    media = () if results else _wanted_media(conversation)
    reply = _say(conversation, results, uses)
    if media and "text" not in conversation.request.outputs:
        reply = replace(reply, text=None)
    cited = citations_of(uses, reply.text or "")
    return replace(reply, server_tools=uses, citations=cited, media=media)


def _wanted(conversation: Conversation) -> tuple[list[FunctionCall], list[Step]]:
    """Return the calls to make, and the results of those that were made before.

    No equal call is made twice for one demand, or a framework that repeats its prompt
    after each result would go on for ever.
    """
    text, functions = conversation.last_user_text, conversation.functions
    forced = conversation.must_call
    handovers = wanted_handovers(
        text,
        conversation.request.system_instruction,
        functions,
        has_spoken=conversation.has_spoken,
    )
    asked = wanted_calls(text, functions, force=forced)
    fresh = [call for call in _distinct(asked) if not _made(call, conversation)]
    fresh = fresh or [c for c in handovers if not _made(c, conversation)][:1]
    if forced and not fresh:
        others = [c for f in functions for c in wanted_calls(text, [f], force=True)]
        fresh = [c for c in others if not _made(c, conversation)][:1]
        # What is forced is called, be it for the second time.
        fresh = fresh or list(asked)
    earlier = [step for call in asked for step in _made(call, conversation)]
    results = [r for call in earlier if (r := conversation.result_of(call))]
    return fresh, results


def _distinct(calls: tuple[FunctionCall, ...]) -> list[FunctionCall]:
    return [call for at, call in enumerate(calls) if call not in calls[:at]]


def _made(call: FunctionCall, conversation: Conversation) -> list[Step]:
    """Return the equal calls that were made for what is asked now."""
    return [
        step
        for step in conversation.made_calls
        if (step.get("name"), step.get("arguments")) == (call.name, call.arguments)
    ]


def _say(
    conversation: Conversation, results: list[Step], uses: tuple[ServerToolUse, ...]
) -> Reply:
    structured = _structured(conversation, results)
    if structured is not None:
        return Reply(text=structured)
    if is_only_choice(conversation.last_user_text):
        return Reply(text=_chosen(conversation))
    ending = ending_word(conversation.request.system_instruction)
    end = f" {ending}" if ending and conversation.has_spoken else ""
    if results:
        return Reply(text=_report(conversation, results) + end, thinking=False)
    if uses:
        return Reply(text=" ".join(_found(use) for use in uses) + end)
    recalled = answer_from_facts(conversation.user_texts)
    if recalled and not recalled.startswith(DENIAL):
        # Whoever asks that talks, and gives no work to be ended.
        return Reply(text=recalled)
    return Reply(text=(recalled or _acknowledge(conversation)) + end)


def _structured(conversation: Conversation, results: list[Step]) -> str | None:
    """Return JSON if the request, or its words, ask for some."""
    request, text = conversation.request, conversation.last_user_text
    schema = (request.response_format or {}).get("schema")
    if schema is None and (request.wants_json or _JSON.search(text)):
        schema = schema_in(text) or schema_in(request.system_instruction)
    if schema is not None:
        return dump_text(fill(schema, _values(conversation, results)))
    if not request.wants_json:
        return None
    said = _report(conversation, results) if results else text[:_ECHO_CHARS]
    return dump_text({"answer": said})


def _values(conversation: Conversation, results: list[Step]) -> TextValues:
    """Return what structured answers draw on."""
    told = [result_text(r.get("result")) for r in results]
    said = without_schemas(conversation.last_user_text)
    options = options_in(said)
    earlier = len(conversation.user_texts) - 1
    return TextValues(
        "\n".join([*told, said]),
        chosen=_chosen(conversation) if options else None,
        is_over=earlier >= max(1, len(options)),
    )


def _chosen(conversation: Conversation) -> str:
    said = conversation.last_user_text
    texts = [text_of(step.get("content")) for step in conversation.steps]
    return choose(options_in(said), texts)


def _found(use: ServerToolUse) -> str:
    """Tell what a tool found; the words are ours, for there is no web behind it."""
    if use.tool == "code_execution":
        printed = str(use.result).strip()
        return (
            f"The code printed {printed}." if printed else "The code printed nothing."
        )
    asked = use.arguments.get("queries") or use.arguments.get("urls")
    about = f" for {', '.join(map(str, asked))}" if asked else ""
    return f"The emulator's {use.tool} answered{about}."


def _wanted_media(conversation: Conversation) -> tuple[JsonObject, ...]:
    """Make what the request asks for, or what the model is for."""
    request = conversation.request
    native = native_output(request.model)
    wanted = request.outputs or ({native: {}} if native else {})
    about, usual = conversation.last_user_text, native_format(request.model)
    return tuple(
        _MAKERS[kind](about, usual | given)
        for kind, given in wanted.items()
        if kind in _MAKERS
    )


def _report(conversation: Conversation, results: list[Step]) -> str:
    lines = [_report_one(conversation, result) for result in results]
    return "\n".join(lines)


def _report_one(conversation: Conversation, result: Step) -> str:
    name = result.get("name") or conversation.call_name(result["call_id"])
    verb = "failed with" if result.get("is_error") else "returned"
    return f"{name} {verb}: {result_text(result.get('result'))}"


def _acknowledge(conversation: Conversation) -> str:
    said = conversation.last_user_text[:_ECHO_CHARS]
    media = _media(conversation)
    turn = len(conversation.user_texts)
    return f"Understood. User turn {turn}: {said}{media}"


def _media(conversation: Conversation) -> str:
    last = conversation.steps[-1] if conversation.steps else {}
    content = last.get("content")
    kinds = [str(item.get("type")) for item in content] if is_list(content) else []
    others = [kind for kind in kinds if kind != "text"]
    return f" [with {', '.join(others)}]" if others else ""
