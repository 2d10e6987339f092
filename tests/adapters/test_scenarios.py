"""What is true of every adapter, told once; `drivers` says how each is asked."""

import copy
from typing import Any

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.adapters.conftest import MakeDriver
from tests.adapters.drivers import Message
from tests.adapters.talk import (
    BOTH,
    CALL,
    WEATHER,
    bodies,
    creates,
    made_again,
    results,
    system,
    talk,
    user,
)


def test_second_turn_sends_only_its_step_in_every_way(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver()
    for number, way in enumerate(driver.ways):
        *_, answer = talk(
            driver, f"My name is Ada, {number}.", "What is my name?", way=way
        )

        first, second = creates(emulator)[-2:]
        assert "Ada" in answer["content"]
        assert second["body"]["previous_interaction_id"] == first["interaction"]
        [step] = second["body"]["input"]
        assert step["content"][0]["text"] == "What is my name?"


def test_instruction_and_tools_go_with_every_turn(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Well."}}])
    driver = make_driver()
    messages = [system("Be brief."), user("Hello.")]
    messages.append(driver.ask(messages, [WEATHER]))
    driver.ask([*messages, user("And now?")], [WEATHER])

    for body in bodies(emulator):
        assert len(body["input"]) == 1
        assert body["system_instruction"] == "Be brief."
        assert [tool["name"] for tool in body["tools"]] == ["get_weather"]


@pytest.mark.parametrize("calls", [[CALL], BOTH], ids=["one", "parallel"])
def test_results_are_sent_to_the_calls_that_wait_for_them(
    make_driver: MakeDriver, emulator: Emulator, calls: list[Any]
) -> None:
    emulator.script([{"sequence": [{"calls": calls}, {"text": "Warm."}]}])
    driver = make_driver()
    messages = [user("Weather?")]
    messages.append(driver.ask(messages, [WEATHER]))
    messages += results(messages[-1], "21 degrees")

    answer = driver.ask(messages, [WEATHER])

    assert answer["content"] == "Warm."
    first, second = creates(emulator)
    assert second["body"]["previous_interaction_id"] == first["interaction"]
    sent = second["body"]["input"]
    assert [(step["type"], step["call_id"], step["result"]) for step in sent] == [
        ("function_result", call["id"], "21 degrees") for call in messages[1]["calls"]
    ]
    assert not any(step.get("is_error") for step in sent)


def test_ways_differ_by_one_field(make_driver: MakeDriver, emulator: Emulator) -> None:
    driver = make_driver()
    for way in driver.ways:
        driver.ask([user(f"Hello, {way}.")], way=way)

    first, *others = bodies(emulator)
    for body in others:
        assert {**body, "input": []} in [
            {**first, "input": []},
            {**first, "input": [], "stream": True},
        ]


@pytest.mark.parametrize("how", ["replaced", "in place"])
def test_message_that_was_changed_is_replayed(
    make_driver: MakeDriver, emulator: Emulator, how: str
) -> None:
    driver = make_driver()
    messages = talk(driver, "My name is Ada.", "Good.")
    if how == "replaced":
        messages[0] = user("My name is Eve.")
    else:
        driver.reword(messages[0], "My name is Eve.")

    answer = driver.ask([*messages, user("What is my name?")])

    assert "Eve" in answer["content"]
    assert "previous_interaction_id" not in bodies(emulator)[-1]


def test_fork_goes_on_from_the_answer_that_both_have(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver()
    begun = talk(driver, "My name is Ada.")
    shared = creates(emulator)[0]["interaction"]
    driver.ask([*begun, user("Say it in English.")])

    answer = driver.ask([*copy.copy(begun), user("What is my name?")])

    assert "Ada" in answer["content"]
    for body in bodies(emulator)[1:]:
        assert body["previous_interaction_id"] == shared


def test_same_list_again_is_a_sibling(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver()
    driver.ask([user("Hello.")])
    messages = [*talk(driver, "Hello."), user("Tell me more.")]
    driver.ask(messages)

    driver.ask(messages)

    root, again, second, third = bodies(emulator)
    assert (root, second) == (again, third)
    begun = [create["interaction"] for create in creates(emulator)[:2]]
    assert second["previous_interaction_id"] in begun


def test_cut_list_does_not_know_what_was_cut(make_driver: MakeDriver) -> None:
    driver = make_driver()
    messages = talk(driver, "Hello.", "My name is Ada.")

    answer = driver.ask([*messages[:2], user("What is my name?")])

    assert "Ada" not in answer["content"]


def test_another_process_goes_on(make_driver: MakeDriver, emulator: Emulator) -> None:
    messages = talk(make_driver(), "My name is Ada.")

    answer = make_driver().ask([*made_again(messages), user("What is my name?")])

    assert "Ada" in answer["content"]
    assert bodies(emulator)[1]["previous_interaction_id"]


def test_tenants_find_nothing_of_each_other(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    messages = talk(make_driver(session_id="a"), "My name is Ada.")

    for session_id in ("b", "a"):
        told = [*made_again(messages), user("What is my name?")]
        make_driver(session_id=session_id).ask(told)

    _, other, same = bodies(emulator)
    assert "previous_interaction_id" not in other
    assert len(other["input"]) == len(messages) + 1
    assert same["previous_interaction_id"] == creates(emulator)[0]["interaction"]


def test_history_of_others_is_replayed_with_its_calls(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Warm."}}])
    call = {"id": "call_1", "name": "get_weather", "arguments": {"city": "Rome"}}
    answer: Message = {"role": "assistant", "content": "", "calls": [call]}

    said = make_driver().ask(
        [user("Weather?"), answer, *results(answer, "21 degrees")], [WEATHER]
    )

    assert said["content"] == "Warm."
    kinds = [step["type"] for step in bodies(emulator)[0]["input"]]
    assert kinds[0] == "user_input"
    assert [kind for kind in kinds if kind.startswith("function")] == [
        "function_call",
        "function_result",
    ]


def test_what_the_server_lost_is_said_again(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver()
    messages = talk(driver, "My name is Ada.")
    emulator.reset()

    answer = driver.ask([*messages, user("What is my name?")])

    assert "Ada" in answer["content"]
    assert "previous_interaction_id" not in bodies(emulator)[-1]


def test_adopted_interaction_is_gone_on_with(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    messages = talk(make_driver(session_id="theirs"), "My name is Ada.")
    theirs = creates(emulator)[0]["interaction"]
    ours = make_driver(session_id="ours")

    ours.adopt(made_again(messages), theirs)
    answer = ours.ask([*made_again(messages), user("What is my name?")])

    assert "Ada" in answer["content"]
    assert bodies(emulator)[1]["previous_interaction_id"] == theirs


def test_refused_create_is_sent_again(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    emulator.fault(do={"status": 503}, times=1)

    [_, answer] = talk(make_driver(), "Hello.")

    assert answer["content"]
    assert emulator.stats()["creates"] == 1


def test_misspelt_option_is_refused_before_anything_is_sent(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    named = "sesion_id.*did you mean 'session_id'|unexpected keyword.*sesion_id"
    with pytest.raises((ConfigurationError, TypeError), match=named):
        make_driver(sesion_id="a").ask([user("Hello.")])

    assert emulator.requests() == []
