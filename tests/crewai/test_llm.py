"""The LLM through CrewAI's own parts, on the emulator."""

import asyncio
import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.events.types.llm_events import LLMCallCompletedEvent, LLMCallFailedEvent
from crewai.utilities.converter import ConverterError
from crewai.utilities.exceptions.context_window_exceeding_exception import (
    LLMContextLengthExceededError,
)
from pydantic import BaseModel

from interactions_core.exceptions import (
    ConfigurationError,
    CutOffError,
    EmptyReplyError,
    EmptyTranscriptError,
    InteractionsError,
    InterruptedStreamError,
    UndeclaredCallError,
)
from interactions_core.protocol.functions import wire_name
from interactions_crewai import InteractionsConverter
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import GetWeather, agent, task
from tests.crewai.event_bus import events_of
from tests.crewai.flows import WEATHER, user

PNG = "iVBORw0KGgo="
CALL: dict[str, Any] = {
    "calls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]
}


# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class City(BaseModel):
    name: str


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [request["body"] for request in emulator.requests()]


def test_a_crew_chains_its_tool_loop(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([{"sequence": [CALL, {"text": "Rome has 21 degrees."}]}])
    agent = Agent(
        role="Guide", goal="g", backstory="b", llm=make_llm(), tools=[GetWeather()]
    )
    task = Task(description="Weather in Rome?", expected_output="text", agent=agent)

    result = Crew(agents=[agent], tasks=[task]).kickoff()

    assert result.raw == "Rome has 21 degrees."
    first, second = emulator.requests()
    assert second["body"]["previous_interaction_id"] == first["interaction"]
    [step] = second["body"]["input"]
    assert step["result"] == "Rome: 21 degrees"


def test_agents_with_equal_texts_keep_their_own_chains(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    lists = [[{"role": "system", "content": s}, user("Hi.")] for s in ("A", "B")]
    replies = [llm.call(messages) for messages in lists]

    for messages, reply in zip(lists, replies, strict=True):
        llm.call([*messages, {"role": "assistant", "content": reply}, user("Go on.")])

    requests = emulator.requests()
    parents = [r["body"]["previous_interaction_id"] for r in requests[2:]]
    assert parents == [r["interaction"] for r in requests[:2]]


def test_glued_observation_is_sent_as_new_input(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Action: look"}}])
    llm = make_llm()
    said = llm.call([user("Look.")])
    glued = {"role": "assistant", "content": f"{said}\nObservation: a cat"}

    llm.call([user("Look."), glued])

    [step] = bodies(emulator)[1]["input"]
    assert step["content"][0]["text"] == "\nObservation: a cat"


def test_locally_answered_call_is_completed_with_the_next_turn(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [CALL, {"text": "Warm."}]}])
    llm = make_llm()
    functions = {"get_weather": lambda city: f"{city}: 21C"}
    said = llm.call([user("Rome?")], tools=[WEATHER], available_functions=functions)

    llm.call(
        [user("Rome?"), {"role": "assistant", "content": said}, user("So?")],
        tools=[WEATHER],
    )

    assert said == "Rome: 21C"
    kinds = [step["type"] for step in bodies(emulator)[1]["input"]]
    assert kinds == ["function_result", "user_input"]


@pytest.mark.parametrize("stream", [False, True])
def test_tool_with_a_name_that_the_api_refuses_is_called_by_its_own(
    make_llm: MakeLLM, emulator: Emulator, *, stream: bool
) -> None:
    """Servers of tools name them freely."""
    name = "weather/get now"
    tool = {"type": "function", "function": {**WEATHER["function"], "name": name}}
    use = {"calls": [{"name": wire_name(name), "arguments": {"city": "Rome"}}]}
    emulator.script([{"sequence": [use, {"text": "Warm."}]}])
    llm = make_llm(stream=stream)

    [call] = llm.call([user("Rome?")], tools=[tool])
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {
        "role": "tool",
        "tool_call_id": call["id"],
        "name": name,
        "content": "21C",
    }
    llm.call([user("Rome?"), asked, result], tools=[tool])

    assert call["function"]["name"] == name
    first, second = bodies(emulator)
    assert [tool["name"] for tool in first["tools"]] == [wire_name(name)]
    [step] = second["input"]
    assert (step["type"], step["name"]) == ("function_result", wire_name(name))


def test_locally_answered_call_that_nobody_kept_is_told_as_the_models_words(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [CALL, {"text": "Warm."}]}])
    llm = make_llm(store=False)
    functions = {"get_weather": lambda city: f"{city}: 21C"}
    said = llm.call([user("Rome?")], tools=[WEATHER], available_functions=functions)

    llm.call([user("Rome?"), {"role": "assistant", "content": said}, user("So?")])

    kinds = [step["type"] for step in bodies(emulator)[1]["input"]]
    assert kinds == ["user_input", "model_output", "user_input"]


def test_structured_output_is_an_instance(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": '{"name": "Rome"}'}}])

    answer = make_llm(stop=["name"]).call("Which?", response_model=City)

    assert answer == City(name="Rome")
    assert bodies(emulator)[0]["response_format"]["mime_type"] == "application/json"


def test_throw_away_loops_share_one_chain(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    said = asyncio.run(llm.acall([user("Hi.")]))

    asyncio.run(
        llm.acall([user("Hi."), {"role": "assistant", "content": said}, user("And?")])
    )

    assert "previous_interaction_id" in bodies(emulator)[1]


def test_overflow_is_the_error_that_crewai_recognises(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    message = "The input token count (9) exceeds the maximum number of tokens allowed"
    emulator.script([{"reply": {"error": {"status": 400, "message": message}}}])

    with pytest.raises(LLMContextLengthExceededError):
        make_llm().call("Hi.")


def test_empty_answer_is_an_error(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "END of it"}}])

    with pytest.raises(InteractionsError, match="text"):
        make_llm(stop=["END"]).call("Hi.")


@pytest.mark.parametrize("reply", [{"text": ""}, {"steps": []}, {"text": "  "}])
def test_empty_answer_stops_a_crew_and_is_paid_once(
    make_llm: MakeLLM, emulator: Emulator, reply: dict[str, Any]
) -> None:
    emulator.script([{"reply": reply}])
    worker = agent("Worker", make_llm())
    crew = Crew(agents=[worker], tasks=[task("Do it.", worker)])

    with pytest.raises(EmptyReplyError, match="v1_"):
        crew.kickoff()

    assert emulator.stats()["creates"] == 1


def test_stream_of_which_nobody_knows_the_end_stops_a_crew(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI would run the task twice more, beside an answer that may be there."""
    emulator.fault(do={"truncate_after_events": 3})
    emulator.fault(on="get", do={"status": 500}, times=99)
    llm = make_llm(stream=True)
    llm._clients.waits.sleep = lambda _: None
    worker = agent("Worker", llm)
    crew = Crew(agents=[worker], tasks=[task("Do it.", worker)])

    with pytest.raises(InterruptedStreamError, match="v1_"):
        crew.kickoff()

    assert emulator.stats()["creates"] == 1


def test_crew_goes_on_with_the_stored_answer_of_a_doubled_stream(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.fault(do={"repeat_events_from": 6})
    worker = agent("Worker", make_llm(stream=True))
    crew = Crew(agents=[worker], tasks=[task("Do it.", worker)])

    assert crew.kickoff().raw

    assert emulator.stats()["creates"] == 1


def test_empty_answer_completes_its_call_with_what_it_took(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI's own providers report it so; flows add up completed events."""
    emulator.script([{"reply": {"text": ""}}])
    llm = make_llm()

    def act() -> None:
        with pytest.raises(EmptyReplyError):
            llm.call("Hi.")

    [event] = events_of(act, LLMCallCompletedEvent, LLMCallFailedEvent)

    assert event.response == ""
    assert event.usage["total_tokens"] == emulator.stats()["tokens"]


def test_empty_answer_is_returned_where_that_is_wanted(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": ""}}])

    assert make_llm(on_empty="return").call("Hi.") == ""


def test_unknown_word_for_empty_answers_is_an_error(make_llm: MakeLLM) -> None:
    with pytest.raises(
        ConfigurationError, match="on_empty is one of 'return', 'raise'"
    ):
        make_llm(on_empty="ignore")


def test_copies_and_pickles_continue_the_chain(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    said = llm.call([user("Hi.")])
    grown = [user("Hi."), {"role": "assistant", "content": said}, user("And?")]

    pickled = pickle.loads(pickle.dumps(llm))  # noqa: S301 - our own bytes
    for other in (copy.copy(llm), copy.deepcopy(llm), pickled):
        other.call(grown)
        other.close()

    assert all("previous_interaction_id" in body for body in bodies(emulator)[1:])


def test_window_and_token_count_need_no_request(
    make_llm: MakeLLM, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    llm = make_llm()

    assert llm.get_context_window_size() > 800_000
    assert llm.get_input_tokens_count([user("a" * 40)]) == 10
    assert llm.get_input_tokens_count("a" * 41) == 11
    assert llm.get_input_tokens_count([user("")], [{"name": "get_weather"}]) > 0
    assert llm.get_input_tokens_count([{"content": None, "tool_calls": [CALL]}]) > 0
    circle: dict[str, Any] = {}
    circle["itself"] = circle
    assert llm.get_input_tokens_count([user("")], [circle]) > 0
    blocks: Any = [{"text": "a" * 40}, {"inlineData": {}}, "aaaa"]
    assert llm.get_input_tokens_count([{"content": blocks}]) == 10 + 258 + 1
    assert not caplog.records
    assert not emulator.requests()


def test_json_comes_from_the_tasks_own_llm_where_its_converter_is_used(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI: beside tools, its own converter asks another library's client."""
    emulator.script(
        [
            {"when": {"has_tool": "get_weather"}, "reply": {"text": "It is Rome."}},
            {"reply": {"text": '{"name": "Rome"}'}},
        ]
    )
    worker = Agent(
        role="Guide", goal="g", backstory="b", llm=make_llm(), tools=[GetWeather()]
    )
    task = Task(
        description="Which?",
        expected_output="JSON",
        agent=worker,
        output_json=City,
        converter_cls=InteractionsConverter,
    )

    result = Crew(agents=[worker], tasks=[task]).kickoff()

    assert result.json_dict == {"name": "Rome"}


def test_text_that_is_no_json_is_the_converters_error(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"when": {}, "reply": {"text": "no"}}])
    converter = InteractionsConverter(
        llm=make_llm(), text="Rome", model=City, instructions="JSON", max_attempts=1
    )

    assert isinstance(converter.to_json(), ConverterError)


def test_converter_has_an_async_half(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([{"sequence": [{"text": '{"name": "Rome"}'}, {"text": "no"}]}])
    converter = InteractionsConverter(
        llm=make_llm(), text="Rome", model=City, instructions="JSON", max_attempts=1
    )

    said = asyncio.run(converter.ato_json())
    failed = asyncio.run(converter.ato_json())

    assert said == '{"name":"Rome"}'
    assert isinstance(failed, ConverterError)


def test_of_several_calls_the_known_one_is_answered_and_the_rest_is_refused(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    both = [{"name": "other", "arguments": {}}, *CALL["calls"]]
    emulator.script([{"sequence": [{"calls": both}, {"text": "Warm."}]}])
    llm = make_llm()
    functions = {"get_weather": lambda city: f"{city}: 21C"}
    said = llm.call([user("Rome?")], tools=[WEATHER], available_functions=functions)

    llm.call([user("Rome?"), {"role": "assistant", "content": said}, user("So?")])

    results = bodies(emulator)[1]["input"][:-1]
    assert said == "Rome: 21C"
    assert {step["name"]: bool(step.get("is_error")) for step in results} == {
        "get_weather": False,
        "other": True,
    }


def test_files_of_messages_are_sent_and_recognised(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": PNG}}
    linked = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
    there = {"type": "image_url", "image_url": {"url": "https://a.example/b.jpg?c"}}
    text = {"type": "text", "text": "What is this?"}
    told: list[Any] = [{"role": "user", "content": [text, inline, linked, there]}]
    llm = make_llm()
    said = llm.call(told)

    llm.call([*told, {"role": "assistant", "content": said}, user("And?")])

    first, second = bodies(emulator)
    assert first["input"][0]["content"][1:] == [
        {"type": "image", "mime_type": "image/png", "data": PNG},
        {"type": "image", "mime_type": "image/png", "data": PNG},
        {
            "type": "image",
            "mime_type": "image/jpeg",
            "uri": "https://a.example/b.jpg?c",
        },
    ]
    assert len(second["input"]) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_picture_in_a_reply_is_named_and_the_talk_goes_on(
    make_llm: MakeLLM, emulator: Emulator, *, stream: bool
) -> None:
    emulator.script([{"reply": {"text": "Here.", "image": True}}])
    llm = make_llm(stream=stream)
    asked = {"role": "user", "content": "Draw."}

    drawn = llm.call([asked])
    llm.call([asked, {"role": "assistant", "content": drawn}, asked])

    first, second = bodies(emulator)
    name = second["previous_interaction_id"]
    assert drawn.startswith("Here.\n\n[Not shown here: image (image/png, ")
    assert name in drawn
    assert (len(first["input"]), len(second["input"])) == (1, 1)


def test_call_of_an_undeclared_function_stops_the_crew_by_name(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI asks for the last answer without tools and takes nothing but a text."""
    use = {"calls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]}
    emulator.script([{"reply": use}])
    agent = Agent(
        role="R",
        goal="g",
        backstory="b",
        llm=make_llm(),
        tools=[GetWeather()],
        max_iter=2,
    )
    task = Task(description="w", expected_output="x", agent=agent)

    with pytest.raises(UndeclaredCallError, match="it calls get_weather instead"):
        Crew(agents=[agent], tasks=[task]).kickoff()

    assert "tools" not in bodies(emulator)[-1]
    assert sum("tools" not in body for body in bodies(emulator)) == 1


def test_text_beside_a_call_of_an_undeclared_function_is_the_answer(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    use = {"calls": [{"name": "get_weather", "arguments": {}}], "text": "Sunny."}
    emulator.script([{"reply": use}])

    assert make_llm().call("Weather?") == "Sunny."


def test_json_that_was_cut_is_paid_once_and_says_what_to_raise(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": '{"city":"Ro', "status": "incomplete"}}])
    agent = Agent(role="R", goal="g", backstory="b", llm=make_llm())
    task = Task(description="w", expected_output="x", agent=agent, output_pydantic=City)

    with pytest.raises(CutOffError, match="raise max_output_tokens"):
        Crew(agents=[agent], tasks=[task]).kickoff()

    assert len(bodies(emulator)) == 1


def test_system_text_alone_is_answered(make_llm: MakeLLM, emulator: Emulator) -> None:
    said = make_llm().call([{"role": "system", "content": "Introduce yourself."}])

    assert said
    assert bodies(emulator)[0]["system_instruction"] == "Introduce yourself."


def test_nothing_to_answer_is_an_error(make_llm: MakeLLM, emulator: Emulator) -> None:
    with pytest.raises(EmptyTranscriptError):
        make_llm().call([])

    assert emulator.requests() == []


def test_threads_at_once_keep_their_own_chains(make_llm: MakeLLM) -> None:
    llm = make_llm()

    def talk(name: str) -> str:
        told = [user(f"My name is {name}.")]
        told.append({"role": "assistant", "content": llm.call(told)})
        return llm.call([*told, user("What is my name?")])

    names = ["Ada", "Grace", "Edsger", "Alan"] * 2
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(talk, names))

    assert answers == [f"Your name is {name}." for name in names]
    assert llm.get_token_usage_summary().successful_requests == 16


def test_connections_are_closed_in_both_halves(make_llm: MakeLLM) -> None:
    llm = make_llm()

    async def talk() -> str:
        said = await llm.acall("Hi.")
        await llm.aclose()
        return said + await llm.acall("Hi.")

    assert asyncio.run(talk())
