"""The chat model through LangChain's own surface, on the emulator."""

import copy
import json
import pickle
from datetime import timedelta
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    messages_from_dict,
    messages_to_dict,
)
from langchain_core.tools import tool
from pydantic import BaseModel

from interactions_core import SqliteStore
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel


@tool
def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"{city}: 21 degrees"


def sent(emulator: Emulator, i: int = -1) -> dict[str, Any]:
    return emulator.requests()[i]["body"]


def later(emulator: Emulator, clock: Clock, *, days: int) -> None:
    emulator.advance(days * 86_400)
    clock.advance(days * 86_400)


def reason(message: BaseMessage) -> str:
    return message.response_metadata["plan_reason"]


@pytest.mark.anyio
@pytest.mark.parametrize("question", ["My name is Ada.", "call get_weather for Oslo"])
async def test_every_way_of_calling_gives_the_same_message(
    make_model: MakeModel, emulator: Emulator, question: str
) -> None:
    emulator.script([{"reply": {"text": "Well.", "thought": True}}]) if (
        "name" in question
    ) else None
    model = make_model()
    bound = model.bind_tools([get_weather])

    whole = [bound.invoke(question), await bound.ainvoke(question)]
    streamed = [list(bound.stream(question))]
    streamed.append([chunk async for chunk in bound.astream(question)])
    await model.aclose()

    for chunks in streamed:
        total = chunks[0]
        for chunk in chunks[1:]:
            total += chunk
        whole.append(total)
    assert {message.text for message in whole} == {whole[0].text}
    assert len({json.dumps([c["args"] for c in m.tool_calls]) for m in whole}) == 1
    assert len({json.dumps(m.usage_metadata, sort_keys=True) for m in whole}) == 1
    keys = {tuple(sorted(message.response_metadata)) for message in whole}
    assert len(keys) == 1
    ids = [message.response_metadata["interaction_id"] for message in whole]
    assert len(set(ids)) == 4
    assert all(len(name) == len(ids[0]) for name in ids)


def test_metadata_survives_a_json_round_trip_and_still_chains(
    make_model: MakeModel,
) -> None:
    model = make_model()
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    history.append(model.invoke(history))

    text = json.dumps(messages_to_dict(history))
    history = [*messages_from_dict(json.loads(text)), HumanMessage("What is my name?")]

    assert reason(model.invoke(history)) == "continue"


def test_expired_conversation_costs_one_replay_with_signatures(
    make_model: MakeModel, emulator: Emulator, clock: Clock
) -> None:
    model = make_model(retention=timedelta(days=100)).bind_tools([get_weather])
    question = HumanMessage("call get_weather for Paris")
    history: list[BaseMessage] = [question, model.invoke([question])]
    history.append(get_weather.invoke(history[-1].tool_calls[0]))  # type: ignore[attr-defined]
    history += [model.invoke(history), HumanMessage("My name is Ada.")]
    later(emulator, clock, days=56)

    answer = model.invoke(history)
    again = model.invoke([*history, answer, HumanMessage("What is my name?")])

    assert reason(answer) == "expired"
    replayed = [row["body"] for row in emulator.requests()][-2]["input"]
    assert [step["type"] for step in replayed] == [
        "user_input",
        "thought",
        "function_call",
        "function_result",
        "thought",
        "model_output",
        "user_input",
    ]
    assert all(step["signature"] for step in replayed if step["type"] == "thought")
    assert reason(again) == "continue"
    assert again.text == "Your name is Ada."


def test_unstored_turns_replay_everything_with_signatures(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model(store=False).bind_tools([get_weather])
    question = HumanMessage("call get_weather for Paris")

    asked = model.invoke([question])
    result = get_weather.invoke(asked.tool_calls[0])
    answer = model.invoke([question, asked, result])

    assert answer.response_metadata["interaction_id"] == ""
    assert "interaction_anchor" not in answer.response_metadata
    assert reason(answer) == "stateless"
    assert "21 degrees" in answer.text
    assert [step["type"] for step in sent(emulator)["input"]] == [
        "user_input",
        "thought",
        "function_call",
        "function_result",
    ]


def test_signatures_only_mirror_replays_without_keeping_content(
    make_model: MakeModel, emulator: Emulator, clock: Clock, tmp_path: Any
) -> None:
    path = tmp_path / "sessions.db"
    model = make_model(sessions=f"sqlite:///{path}", mirror="signatures")
    history: list[BaseMessage] = [HumanMessage("My name is Zebedee.")]
    history += [model.invoke(history), HumanMessage("What is my name?")]
    later(emulator, clock, days=56)

    answer = model.invoke(history)

    assert (reason(answer), answer.text) == ("expired", "Your name is Zebedee.")
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Zebedee" not in kept


def test_signed_anchor_chains_without_a_shared_store(make_model: MakeModel) -> None:
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    history += [
        make_model(anchor_key="secret").invoke(history),
        HumanMessage("What is my name?"),
    ]

    assert reason(make_model(anchor_key="secret").invoke(history)) == "continue"
    assert reason(make_model(anchor_key="other").invoke(history)) == "foreign"
    assert reason(make_model().invoke(history)) == "foreign"
    assert reason(make_model(trust_anchors=True).invoke(history)) == "continue"


def test_forged_anchor_is_not_believed(make_model: MakeModel) -> None:
    model = make_model(anchor_key="secret", trust_anchors=False)
    victim = make_model(anchor_key="secret").invoke("My secret word is swordfish.")
    forged = AIMessage("Hello", response_metadata=dict(victim.response_metadata))

    answer = model.invoke([HumanMessage("Hi"), forged, HumanMessage("And now?")])

    assert reason(answer) == "root"
    assert "swordfish" not in answer.text


def test_parent_of_one_call_can_be_named(make_model: MakeModel) -> None:
    model = make_model()
    parent = make_model().invoke("My name is Ada.").response_metadata["interaction_id"]
    question = HumanMessage("What is my name?")

    answer = model.invoke([question], previous_interaction_id=parent)
    again = model.invoke([question])
    after = model.invoke(
        [question, answer, HumanMessage("Say my name. What is my name?")]
    )

    assert (reason(answer), answer.text) == ("explicit", "Your name is Ada.")
    assert (reason(again), again.text) == ("retry", "Your name is Ada.")
    assert (reason(after), after.text) == ("continue", "Your name is Ada.")


def test_model_speaks_twice_after_a_nudge(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model(nudge="Go on.")
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    history.append(model.invoke(history))

    history.append(model.invoke(history))
    last = model.invoke([*history, HumanMessage("What is my name?")])

    assert sent(emulator, -2)["input"][0]["content"][0]["text"] == "Go on."
    assert (reason(last), last.text) == ("continue", "Your name is Ada.")


def test_unanswered_and_orphaned_calls_are_completed(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model().bind_tools([get_weather])
    question = HumanMessage("call get_weather for Paris")
    asked = model.invoke([question])

    model.invoke([question, asked, HumanMessage("Never mind.")])
    model.invoke([ToolMessage("21", tool_call_id="gone"), HumanMessage("Well?")])

    closing, orphan = (sent(emulator, i)["input"] for i in (-2, -1))
    assert (closing[0]["type"], closing[0]["is_error"]) == ("function_result", True)
    assert closing[1]["type"] == "user_input"
    assert orphan[0]["content"][0]["text"] == "[result of gone: 21]"


@pytest.mark.parametrize(
    "way",
    [
        copy.copy,
        copy.deepcopy,
        pickle_and_back := (
            lambda model: pickle.loads(pickle.dumps(model))  # noqa: S301
        ),
    ],
)
def test_copies_of_a_used_model_work(make_model: MakeModel, way: Any) -> None:
    model = make_model()
    model.invoke("My name is Ada.")

    with way(model) as other:
        assert other.invoke("What is my name?").text


def test_key_is_in_no_repr_and_no_metadata(make_model: MakeModel) -> None:
    model = make_model(api_key="AIza-very-secret", anchor_key="also-secret")
    reply = model.invoke("Hello")

    shown = repr(model) + str(model) + repr(reply) + repr(model._clients)
    shown += model.model_dump_json(exclude={"callbacks"})
    assert "very-secret" not in shown
    assert "also-secret" not in shown


def test_structured_output_by_function_calling(make_model: MakeModel) -> None:
    class Person(BaseModel):
        """A person."""

        name: str

    model = make_model().with_structured_output(Person)

    assert isinstance(model.invoke("Extract the Person 'Ada'."), Person)


def test_one_model_serves_another_model_by_name(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model()
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    history += [model.invoke(history), HumanMessage("What is my name?")]

    answer = model.invoke(history, model="gemini-2.5-flash")

    assert sent(emulator)["model"] == "gemini-2.5-flash"
    assert answer.response_metadata["model_name"] == "gemini-2.5-flash"
    assert reason(answer) == "continue"


def test_default_sessions_are_those_of_the_process(make_model: MakeModel) -> None:
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    one, two = (make_model(sessions=None) for _ in range(2))
    history += [one.invoke(history), HumanMessage("What is my name?")]

    assert isinstance(two, ChatInteractions)
    assert reason(two.invoke(history)) == "continue"


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
def test_picture_in_a_reply_is_in_the_message_and_still_chains(
    make_model: MakeModel, emulator: Emulator, *, stream: bool
) -> None:
    image = {"type": "image", "mime_type": "image/png", "data": "aGVsbG8="}
    text = {"type": "text", "text": "Here it is."}
    said = [{"type": "model_output", "content": [text, image]}]
    emulator.script([{"reply": {"steps": said}, "times": 1}])
    model = make_model()
    question = HumanMessage("Draw something.")

    if stream:
        chunks = list(model.stream([question]))
        drawn = chunks[0]
        for chunk in chunks[1:]:
            drawn += chunk
    else:
        drawn = model.invoke([question])
    answer = model.invoke([question, drawn, HumanMessage("Thanks.")])

    assert drawn.content == [
        "Here it is.",
        {
            "type": "image_url",
            "image_url": {"url": "data:image/png;base64,aGVsbG8="},
        },
    ]
    assert reason(answer) == "continue"


def test_mirror_that_another_owner_of_the_store_decides_is_refused(
    make_model: MakeModel, tmp_path: Any
) -> None:
    store = SqliteStore(tmp_path / "sessions.db")

    with pytest.raises(ConfigurationError, match="has no effect"):
        make_model(sessions=store, mirror="signatures").invoke("Hello")

    store.close()
