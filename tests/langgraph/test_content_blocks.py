"""What an answer holds is in its message, whole or streamed, in either form."""

import os
import random
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.load import dumps, loads
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    message_chunk_to_message,
    messages_from_dict,
    messages_to_dict,
)

from interactions_core.canonical import JsonObject
from interactions_core.transcript.replies import visible_reply
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from interactions_langgraph._messages.messages import steps_of

Maker = Callable[..., ChatInteractions]

THOUGHT = {
    "type": "thought",
    "summary": [{"type": "text", "text": "**Plan**\n\nLook it up."}],
    "signature": "c2lnbmVk",
}
SEARCH = {
    "type": "google_search_call",
    "id": "s1",
    "arguments": {"queries": ["höhe eiffelturm"]},
}
FOUND = {
    "type": "google_search_result",
    "call_id": "s1",
    "result": [{"search_suggestions": "<b>eiffel</b>"}],
    "is_error": False,
}
CITED = {
    "type": "model_output",
    "content": [
        {
            "type": "text",
            "text": "Höhe: 330 m.",
            "annotations": [
                {
                    "type": "url_citation",
                    "start_index": 7,
                    "end_index": 12,
                    "url": "https://example.org/tower",
                    "title": "Tower",
                }
            ],
        }
    ],
}
CODE = {
    "type": "code_execution_call",
    "id": "x1",
    "arguments": {"code": "print(1)", "language": "python"},
}
RAN = {
    "type": "code_execution_result",
    "call_id": "x1",
    "result": "1\n",
    "is_error": False,
}
CALL = {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"a": 1}}
PICTURE = {
    "type": "model_output",
    "content": [
        {"type": "text", "text": "Here: "},
        {"type": "image", "mime_type": "image/png", "data": "aGVsbG8="},
        {"type": "text", "text": " done."},
    ],
}
PLAIN = {"type": "model_output", "content": [{"type": "text", "text": "Hi."}]}
SOUND = {
    "type": "model_output",
    "content": [{"type": "audio", "mime_type": "audio/wav", "data": "aGVsbG8="}],
}
PIECES = (THOUGHT, [SEARCH, FOUND], CITED, [CODE, RAN], PICTURE, PLAIN, SOUND, CALL)

# One run of the suite shares this name among its workers, the next has another.
NEW_SEED = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")).randrange(
    10**6
)


def answer(model: ChatInteractions, way: str) -> BaseMessage:
    question = [HumanMessage("Tell me.")]
    if way == "unary":
        return model.invoke(question)
    return message_chunk_to_message(reduce(add, model.stream(question)))


def asked(
    emulator: Emulator, make_model: Maker, steps: Sequence[Any], **how: Any
) -> Any:
    """Return the unary and the streamed message of one scripted answer."""
    emulator.script([{"reply": {"steps": list(steps)}}])
    model = make_model(**how)
    return answer(model, "unary"), answer(model, "streamed")


def without_ids(message: BaseMessage) -> dict[str, Any]:
    """Two answers are two interactions; all else is to be equal."""
    fields = message.model_dump(exclude={"id"})
    own = {"interaction_id", "interaction_anchor", "plan_reason"}
    own |= {"previous_interaction_id"}
    metadata = {k: v for k, v in fields["response_metadata"].items() if k not in own}
    thoughts = fields["additional_kwargs"].pop("interaction_thoughts", [])
    fields["positions"] = [thought["before"] for thought in thoughts]
    for block in fields["content"] if isinstance(fields["content"], list) else ():
        if isinstance(block, dict):
            block.pop("signature", None)
            (block.get("extras") or {}).pop("signature", None)
    return fields | {"response_metadata": metadata}


@pytest.mark.filterwarnings("ignore:The function `loads` is in beta")
@pytest.mark.parametrize("version", ["v0", "v1"])
@pytest.mark.parametrize("seed", [*range(12), NEW_SEED])
def test_streamed_and_unary_answers_are_equal_and_say_what_the_steps_say(
    seed: int, version: str, emulator: Emulator, make_model: Maker
) -> None:
    rng = random.Random(seed)
    chosen = [*rng.sample(PIECES, rng.randint(0, 4)), PLAIN]
    rng.shuffle(chosen)
    steps = [s for one in chosen for s in (one if isinstance(one, list) else [one])]

    unary, streamed = asked(emulator, make_model, steps, output_version=version)

    assert without_ids(unary) == without_ids(streamed)
    held = emulator.transcript(unary.response_metadata["interaction_id"])[1:]
    wanted = visible_reply(held)
    for message in (unary, streamed, *round_trips(unary), *round_trips(streamed)):
        assert [s.mark for s in steps_of(message)] == [s.mark for s in wanted]


def round_trips(message: BaseMessage) -> list[BaseMessage]:
    [through_dict] = messages_from_dict(messages_to_dict([message]))
    return [through_dict, loads(dumps(message), allowed_objects="all")]


def test_a_plain_answer_is_a_string(emulator: Emulator, make_model: Maker) -> None:
    unsummed = {"type": "thought", "signature": "c2ln"}

    unary, streamed = asked(emulator, make_model, [unsummed, PLAIN])

    assert unary.content == streamed.content == "Hi."
    assert unary.content_blocks == [{"type": "text", "text": "Hi."}]


def test_searches_and_citations_ground_a_string(
    emulator: Emulator, make_model: Maker
) -> None:
    """As programs on `ChatGoogleGenerativeAI` find them."""
    unary, _ = asked(emulator, make_model, [SEARCH, FOUND, CITED])

    grounding = unary.response_metadata["grounding_metadata"]
    assert unary.content == "Höhe: 330 m."
    assert grounding["web_search_queries"] == ["höhe eiffelturm"]
    assert grounding["search_entry_point"] == {"rendered_content": "<b>eiffel</b>"}
    [text] = unary.content_blocks
    [citation] = text["annotations"]
    assert (citation["url"], citation["cited_text"]) == (
        "https://example.org/tower",
        "330 m",
    )


def test_standard_blocks_show_everything(emulator: Emulator, make_model: Maker) -> None:
    steps = [THOUGHT, SEARCH, FOUND, CITED, CALL]

    message, _ = asked(emulator, make_model, steps, output_version="v1")

    blocks = message.content_blocks
    assert [block["type"] for block in blocks] == [
        "reasoning",
        "server_tool_call",
        "server_tool_result",
        "text",
        "tool_call",
    ]
    thought, search, found, text, call = blocks
    assert thought["reasoning"] == "**Plan**\n\nLook it up."
    assert thought["extras"]["signature"]
    assert (search["name"], search["args"]) == ("web_search", SEARCH["arguments"])
    assert (found["tool_call_id"], found["status"]) == ("s1", "success")
    [citation] = text["annotations"]
    assert (citation["start_index"], citation["end_index"]) == (6, 11)
    assert (call["name"], call["args"], call["id"]) == ("weather", {"a": 1}, "c1")
    assert message.content == blocks


def test_thoughts_and_code_have_their_own_blocks_beside_strings(
    emulator: Emulator, make_model: Maker
) -> None:
    message, _ = asked(emulator, make_model, [THOUGHT, CODE, RAN, PLAIN])

    assert [b if isinstance(b, str) else b["type"] for b in message.content] == [
        "thinking",
        "executable_code",
        "code_execution_result",
        "Hi.",
    ]
    assert [block["type"] for block in message.content_blocks] == [
        "reasoning",
        "server_tool_call",
        "server_tool_result",
        "text",
    ]


def test_a_step_of_a_kind_that_nobody_knows_is_kept(
    emulator: Emulator, make_model: Maker
) -> None:
    dance: JsonObject = {"type": "dance", "tempo": 3}

    v0, _ = asked(emulator, make_model, [dance, PLAIN])
    v1, _ = asked(emulator, make_model, [dance, PLAIN], output_version="v1")

    [shown] = v0.response_metadata["server_tools"]
    assert shown["value"]["interaction_step"]["tempo"] == 3
    assert v1.content_blocks[0]["value"]["interaction_step"]["tempo"] == 3
    assert [s.kind for s in steps_of(v1)] == ["model_output"]


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_a_replay_from_the_messages_alone_puts_real_thoughts_back(
    version: str, emulator: Emulator, make_model: Maker
) -> None:
    """Another process with a memory of its own has only the messages."""
    reply = {"calls": [{"name": "weather", "arguments": {"a": 1}}]}
    emulator.script([{"reply": reply, "times": 1}])
    first = make_model(output_version=version)
    question = HumanMessage("Weather?")
    called = first.invoke([question])
    assert isinstance(called, AIMessage)
    [restored] = messages_from_dict(messages_to_dict([called]))
    result = ToolMessage("sunny", tool_call_id=called.tool_calls[0]["id"])

    make_model(sessions="memory:another").invoke([question, restored, result])

    held = emulator.transcript(called.response_metadata["interaction_id"])
    sent = emulator.requests()[-1]["body"]["input"]
    signatures = [s["signature"] for s in held if s["type"] == "thought"]
    assert signatures
    assert [s["signature"] for s in sent if s["type"] == "thought"] == signatures
    assert [s["type"] for s in sent].index("thought") == 1
