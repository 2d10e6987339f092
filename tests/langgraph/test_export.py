"""A conversation goes on elsewhere: with another model, and back in its own store."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    messages_from_dict,
)

from interactions_core import Exported, SessionStore, export, open_store
from interactions_core.exceptions import StoreError, UnknownInteractionError
from interactions_core.exporting.export import Form
from interactions_core.exporting.losses import counted
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.adapters.export_talks import PDF, PNG
from tests.adapters.talk import BOTH, WEATHER
from tests.chat_server import chat_server
from tests.conftest import Clock
from tests.exported import from_steps, read_back
from tests.waiting import go_by

SCRIPT = [
    {
        "when": {"last_user_contains": "weather", "last_step": "user_input"},
        "reply": {"text": "Let me look.", "calls": BOTH, "thought": "Two towns."},
    },
    {"when": {"last_step": "function_result"}, "reply": {"text": "Both are fine."}},
]
Make = Callable[..., Any]


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock, script=SCRIPT) as running:
        yield running


@pytest.fixture
def make(emulator: Emulator, clock: Clock) -> Iterator[Make]:
    made: list[ChatInteractions] = []

    def make(sessions: str | SessionStore, **options: Any) -> ChatInteractions:
        model = ChatInteractions(
            model="gemini-3.5-flash",
            api_key="k",
            base_url=emulator.url,
            sessions=sessions,
            **options,
        )
        go_by(model, clock)
        made.append(model)
        return model

    yield make
    for model in made:
        model.close()


def talk(model: Any) -> list[BaseMessage]:
    """Say a name, show a picture and a file, have two functions run, one in vain."""
    told = [
        {"type": "text", "text": "My name is Ada."},
        {"type": "image", "base64": PNG, "mime_type": "image/png"},
        {"type": "file", "base64": PDF, "mime_type": "application/pdf"},
    ]
    said: list[BaseMessage] = [HumanMessage(told)]
    said += [model.invoke(said), HumanMessage("The weather, please.")]
    answer = model.invoke(said)
    said.append(answer)
    for call, text, status in zip(
        answer.tool_calls, ("sunny", "unknown"), ("success", "error"), strict=True
    ):
        said.append(ToolMessage(text, tool_call_id=call["id"], status=status))
    return [*said, model.invoke(said)]


def one(url: str, to: Form, **options: Any) -> Exported:
    [done] = export(open_store(url), to=to, **options)
    return done


def test_another_model_goes_on_with_what_was_exported(
    sessions_url: str, make: Make
) -> None:
    openai = pytest.importorskip("openai", reason="needs the group `export`")
    talk(make(sessions_url).bind_tools([WEATHER]))
    messages: Any = one(sessions_url, "openai").as_json()["messages"]

    with chat_server() as server:
        client = openai.OpenAI(base_url=server.url, api_key="other", max_retries=0)
        asked = [*messages, {"role": "user", "content": "Who am I, and what is up?"}]
        answer = client.chat.completions.create(model="another", messages=asked)
        client.close()

    said = "You are Ada; Rome is sunny, Oslo is unknown."
    assert answer.choices[0].message.content == said
    pictures = [
        p for p in server.bodies[0]["messages"][0]["content"] if "text" not in p
    ]
    assert [each["type"] for each in pictures] == ["image_url", "file"]


def test_messages_are_of_the_types_of_openais_package(
    sessions_url: str, make: Make
) -> None:
    pytest.importorskip("openai", reason="needs the group `export`")
    from openai.types.chat import ChatCompletionMessageParam  # noqa: PLC0415
    from openai.types.responses import ResponseInputParam  # noqa: PLC0415

    talk(make(sessions_url).bind_tools([WEATHER]))

    check(
        list[ChatCompletionMessageParam],
        one(sessions_url, "openai").as_json()["messages"],
    )
    check(ResponseInputParam, one(sessions_url, "responses").as_json()["input"])


def test_messages_are_of_the_types_of_anthropics_package(
    sessions_url: str, make: Make
) -> None:
    pytest.importorskip("anthropic", reason="needs the group `export`")
    from anthropic.types import MessageParam  # noqa: PLC0415

    talk(make(sessions_url).bind_tools([WEATHER]))

    check(list[MessageParam], one(sessions_url, "anthropic").as_json()["messages"])


def check(kind: Any, items: Any) -> None:
    """Hold items against a type; what is iterable is looked at to its end."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    def exhausted(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: exhausted(each) for key, each in value.items()}
        if isinstance(value, str | int | None):
            return value
        return [exhausted(each) for each in value]

    # Keys that the type does not know would go, and be missed.
    assert exhausted(TypeAdapter(kind).validate_python(items)) == items


def test_a_list_that_comes_back_continues_where_it_came_from(
    sessions_url: str, make: Make
) -> None:
    model = make(sessions_url).bind_tools([WEATHER])
    talk(model)
    line: Any = one(sessions_url, "langchain").as_json()

    back = messages_from_dict(line["messages"])
    answer = model.invoke([*back, HumanMessage("Thank you.")])

    assert answer.response_metadata["plan_reason"] == "continue"
    assert answer.response_metadata["previous_interaction_id"] == line["keys"][-1]
    assert open_store(sessions_url).ledger()[-1][1].steps_sent == 1


def test_what_another_model_said_comes_back_with_the_list(
    sessions_url: str, make: Make, emulator: Emulator
) -> None:
    model = make(sessions_url)
    model.invoke("My name is Ada.")
    line: Any = one(sessions_url, "langchain").as_json()
    elsewhere = [HumanMessage("Name a town."), AIMessage("Oslo.")]

    back = messages_from_dict(line["messages"])
    answer = model.invoke(
        [*back, *elsewhere, HumanMessage("Which town, and who am I?")]
    )

    assert answer.response_metadata["previous_interaction_id"] == line["keys"][-1]
    sent = emulator.requests()[-1]["body"]["input"]
    assert [step["type"] for step in sent][::2] == ["user_input", "user_input"]
    assert len(sent) == 3


def test_an_answer_names_the_conversation_that_leads_to_it(
    sessions_url: str, make: Make
) -> None:
    model = make(sessions_url)
    said = [HumanMessage("My name is Ada."), AIMessage("")]
    said[1] = model.invoke(said[:1])
    first = said[1].response_metadata["interaction_id"]
    model.invoke([*said, HumanMessage("Who am I?")])

    [done] = export(open_store(sessions_url), to="openai", interaction_id=first)

    assert [each[0] for each in read_back(done.as_json())] == ["user", "model"]
    assert done.head["keys"] == [first]
    with pytest.raises(UnknownInteractionError):
        next(export(open_store(sessions_url), to="openai", interaction_id="nobody"))


def test_other_branches_are_named_or_written_each(
    sessions_url: str, make: Make, clock: Clock
) -> None:
    model = make(sessions_url)
    said = [HumanMessage("My name is Ada.")]
    said.append(model.invoke(said))
    model.invoke([*said, HumanMessage("Who am I?")])
    clock.advance(1)
    newest = model.invoke([*said, HumanMessage("What did I say?")])

    done = one(sessions_url, "steps")
    both = [*export(open_store(sessions_url), to="steps", all_branches=True)]

    last = newest.response_metadata["interaction_id"]
    assert done.head["keys"][-1:] == [last]  # type: ignore[index]
    assert counted(done.not_carried) == {"branch": 1}
    assert [each.head["branch"] for each in both] == [
        {"number": 1, "of": 2},
        {"number": 2, "of": 2},
    ]
    texts = [str(from_steps(steps_of(each))[2][1]) for each in both]
    assert ["What did I say" in texts[0], "Who am I" in texts[1]] == [True, True]
    assert all(not each.not_carried for each in both)


def steps_of(done: Exported) -> Sequence[Any]:
    steps: Any = done.body["steps"]
    return steps


def test_the_instruction_is_named_because_no_store_keeps_it(
    sessions_url: str, make: Make
) -> None:
    make(sessions_url).invoke([("system", "Be brief."), ("user", "Hello")])

    [loss] = one(sessions_url, "steps").not_carried

    assert (loss.kind, "9 bytes" in loss.why) == ("system_instruction", True)


def test_what_came_before_an_adopted_answer_is_named(
    sessions_url: str, make: Make
) -> None:
    said: list[Any] = [HumanMessage("My name is Ada.")]
    said.append(make(sessions_url, session_id="theirs").invoke(said))
    known = said[1].response_metadata["interaction_id"]
    ours = make(sessions_url, session_id="ours")
    ours.adopt(known, said)
    ours.invoke([*said, HumanMessage("Who am I?")])

    done = one(sessions_url, "openai", session_id="ours")

    assert [each[0] for each in read_back(done.as_json())] == ["model", "user", "model"]
    [loss] = [each for each in done.not_carried if each.kind != "thought"]
    assert (loss.kind, loss.where) == ("earlier_turns", f"before {known}")


def test_a_store_of_signatures_refuses_and_says_why(make: Make, tmp_path: Path) -> None:
    file = f"sqlite:///{tmp_path}/signatures.db"
    model = make(open_store(file, mirror="signatures"))
    first = model.invoke("A secret.").response_metadata["interaction_id"]

    with pytest.raises(StoreError, match="lengths and signatures were kept"):
        next(export(open_store(file), to="openai", interaction_id=first))
    [done] = export(open_store(file), to="openai")
    assert done.body == {"messages": []}
    assert counted(done.not_carried) == {"content": 1}
