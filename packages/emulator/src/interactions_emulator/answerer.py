"""The default answerer: no script, no model, no randomness.

It answers from the session's memory, so that a lost state shows in the answer.
"""

from dataclasses import replace

from interactions_emulator.annotations import citations_of
from interactions_emulator.arguments import TextValues, fill
from interactions_emulator.conversation import Conversation, result_text
from interactions_emulator.media import make_audio, make_image, native_output
from interactions_emulator.memory import recall
from interactions_emulator.payloads import JsonObject, Step, dump_text, is_list
from interactions_emulator.replies import Reply
from interactions_emulator.server_tool_use import wanted_uses
from interactions_emulator.server_tools import ServerToolUse
from interactions_emulator.tool_use import wanted_calls

_ECHO_CHARS = 300
_MAKERS = {"image": make_image, "audio": make_audio}


def answer(conversation: Conversation) -> Reply:
    """Answer by the first rule that applies."""
    functions = conversation.functions
    results = conversation.fresh_results
    if functions and (conversation.must_call or not results):
        text = conversation.last_user_text
        calls = wanted_calls(text, functions, force=conversation.must_call)
        if calls:
            return Reply(calls=calls)
    uses = () if results else wanted_uses(conversation)
    media = () if results else _wanted_media(conversation)
    reply = _say(conversation, results, uses)
    if media and "text" not in conversation.request.outputs:
        reply = replace(reply, text=None)
    cited = citations_of(uses, reply.text or "")
    return replace(reply, server_tools=uses, citations=cited, media=media)


def _say(
    conversation: Conversation, results: list[Step], uses: tuple[ServerToolUse, ...]
) -> Reply:
    response_format = conversation.request.response_format
    if response_format is not None:
        value = fill(response_format["schema"], TextValues(_source(conversation)))
        return Reply(text=dump_text(value))
    if results:
        return Reply(text=_report(conversation, results), thinking=False)
    if uses:
        return Reply(text=" ".join(_found(use) for use in uses))
    recalled = recall(conversation.user_texts)
    return Reply(text=recalled or _acknowledge(conversation))


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
    about = conversation.last_user_text
    return tuple(
        _MAKERS[kind](about, given) for kind, given in wanted.items() if kind in _MAKERS
    )


def _source(conversation: Conversation) -> str:
    """Return the text that structured answers draw on."""
    results = [result_text(r.get("result")) for r in conversation.fresh_results]
    return "\n".join([*results, conversation.last_user_text])


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
