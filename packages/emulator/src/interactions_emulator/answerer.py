"""The default answerer: no script, no model, no randomness.

It answers from the session's memory, so that a lost state shows in the answer.
"""

from interactions_emulator.arguments import TextValues, fill
from interactions_emulator.conversation import Conversation, result_text
from interactions_emulator.memory import recall
from interactions_emulator.payloads import Step, dump_text, is_list
from interactions_emulator.replies import Reply
from interactions_emulator.tool_use import wanted_calls

_ECHO_CHARS = 300


def answer(conversation: Conversation) -> Reply:
    """Answer by the first rule that applies."""
    functions = conversation.functions
    results = conversation.fresh_results
    if functions and (conversation.must_call or not results):
        text = conversation.last_user_text
        calls = wanted_calls(text, functions, force=conversation.must_call)
        if calls:
            return Reply(calls=calls)
    response_format = conversation.request.response_format
    if response_format is not None:
        value = fill(response_format["schema"], TextValues(_source(conversation)))
        return Reply(text=dump_text(value))
    if results:
        return Reply(text=_report(conversation, results), thinking=False)
    recalled = recall(conversation.user_texts)
    return Reply(text=recalled or _acknowledge(conversation))


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
