"""The default answerer does what prompts of agents, teams and planners ask for."""

import json
import random
from typing import Any

import pytest

from interactions_emulator.answering.arguments import TextValues, fill
from interactions_emulator.answering.instructions import ending_word, task_in
from interactions_emulator.answering.verdicts import judge
from interactions_emulator.request.schema_texts import schema_in, without_schemas
from tests.emulator.results import result_of

STRING, NUMBER = {"type": "string"}, {"type": "number"}
ROLES = """You choose who speaks. The following roles are available:
ann: Plans.
bob: Writes.
cyd: Reads.
Read the following conversation. Then select the next role from ['ann', 'bob', 'cyd']
to play. Only return the role.

{history}
"""
REPORT = {
    "type": "object",
    "title": "Report",
    "properties": {
        "title": {"title": "Title", "type": "string"},
        "score": {"title": "Score", "type": "integer"},
    },
    "required": ["title", "score"],
}
TASK = f"""
Current Task: What is the weather in Rome?

This is what is expected: text
you MUST return the actual content.
Format your final answer according to the following schema: {json.dumps(REPORT, indent=2)}

IMPORTANT: no code block markers like ```json or ```python.
"""
LEDGER = """Recall we are working on the following request:

What is the weather in Rome?

The team is:

ann: Plans.
bob: Writes.

    - Is the request satisfied? (False if it has NOT been addressed)
    - Are we in a loop? Are we not making progress?
    - Who should speak next? (select from: ann, bob)

Answer in JSON by this schema:
    {
       "is_request_satisfied": {"reason": string, "answer": boolean},
       "is_in_loop": {"reason": string, "answer": boolean},
       "is_progress_being_made": {"reason": string, "answer": boolean},
       "next_speaker": {"reason": string, "answer": string (select from: ann, bob)},
       "instruction_or_question": {"reason": string, "answer": string}
    }
"""
JSON = {"type": "text", "mime_type": "application/json"}


def calls_of(made: dict[str, Any]) -> list[tuple[str, Any]]:
    steps = (step for step in made["steps"] if step["type"] == "function_call")
    return [(step["name"], step["arguments"]) for step in steps]


def results_of(made: dict[str, Any], result: str) -> list[dict[str, Any]]:
    steps = (step for step in made["steps"] if step["type"] == "function_call")
    return [result_of(step, result) for step in steps]


@pytest.mark.parametrize(
    ("history", "chosen"),
    [
        pytest.param("user: Hello.", "ann", id="the first begins"),
        pytest.param("user: Hello.\nann: A plan.", "bob", id="the next goes on"),
        pytest.param("ann: A.\ncyd: C.\nann: A.", "bob", id="who said the least"),
        pytest.param("ann: A.\nbob: B.\ncyd: C.", "ann", id="all over again"),
    ],
)
def test_a_choice_among_names_is_answered_with_a_name_alone(
    http: Any, answer_text: Any, history: str, chosen: str
) -> None:
    made = http.made(ROLES.format(history=history))

    assert answer_text(made) == chosen


def test_a_schema_in_the_prompt_is_no_source_of_arguments(
    http: Any, weather: Any
) -> None:
    made = http.made(TASK, tools=[weather])

    assert calls_of(made) == [("get_weather", {"location": "Rome"})]


def test_a_schema_in_the_prompt_is_obeyed_after_the_results(
    http: Any, weather: Any, answer_text: Any
) -> None:
    first = http.made(TASK, tools=[weather])
    second = http.made(
        results_of(first, "Rome: 21C, sunny"),
        previous_interaction_id=first["id"],
        tools=[weather],
    )

    assert json.loads(answer_text(second)) == {"title": "Rome", "score": 0}


def test_a_prompt_that_comes_again_after_each_result_makes_no_call_again(
    http: Any, weather: Any, answer_text: Any
) -> None:
    """Frameworks add such a prompt until there is an answer."""
    made = http.made("What is the weather in Rome?", tools=[weather])
    for prompt in ("Go on: the weather in Rome?", "Look at get_weather for Rome."):
        says = {"type": "user_input", "content": [{"type": "text", "text": prompt}]}
        results = results_of(made, "21C")
        made = http.made(
            [*results, says], previous_interaction_id=made["id"], tools=[weather]
        )

        assert calls_of(made) == []
        assert answer_text(made) == "get_weather returned: 21C"


def test_a_question_asked_again_after_its_answer_is_looked_up_again(
    http: Any, weather: Any
) -> None:
    question = "What is the weather in Rome?"
    first = http.made(question, tools=[weather])
    results = results_of(first, "21C")
    answer = http.made(results, previous_interaction_id=first["id"], tools=[weather])

    again = http.made(question, previous_interaction_id=answer["id"], tools=[weather])

    assert calls_of(again) == calls_of(first)


def test_equal_calls_are_made_once_in_one_answer(http: Any, weather: Any) -> None:
    made = http.made('The weather in "Rome" and again in "Rome"?', tools=[weather])

    assert calls_of(made) == [("get_weather", {"location": "Rome"})]


def test_json_of_no_given_form_is_still_json(http: Any, answer_text: Any) -> None:
    made = http.made("Tell me about Rome.", response_format=JSON)

    assert json.loads(answer_text(made)) == {"answer": "Tell me about Rome."}


def test_a_template_in_the_prompt_gives_json_its_form(
    http: Any, answer_text: Any
) -> None:
    made = http.made(LEDGER, response_format=JSON)

    entry = json.loads(answer_text(made))
    assert {key: entry[key]["answer"] for key in entry} == {
        "is_request_satisfied": False,
        "is_in_loop": False,
        "is_progress_being_made": True,
        "next_speaker": "ann",
        "instruction_or_question": "ann: What is the weather in Rome?",
    }


def test_work_is_over_when_everybody_has_had_a_turn(
    http: Any, answer_text: Any
) -> None:
    entries = []
    steps: list[dict[str, Any]] = []
    for reply in ("ann: A plan.", "bob: A text.", ""):
        ask = {"type": "user_input", "content": [{"type": "text", "text": LEDGER}]}
        made = http.made([*steps, ask], response_format=JSON)
        entry = json.loads(answer_text(made))
        entries.append(entry)
        told = entry["instruction_or_question"]["answer"]
        for kind, text in (("model_output", told), ("user_input", reply)):
            block = {"type": "text", "text": text}
            steps.append({"type": kind, "content": [block]})

    over = [entry["is_request_satisfied"]["answer"] for entry in entries]
    speakers = [entry["next_speaker"]["answer"] for entry in entries[:2]]
    assert (over, speakers) == ([False, False, True], ["ann", "bob"])


def test_the_word_that_ends_the_work_is_said_in_the_second_answer(
    http: Any, answer_text: Any
) -> None:
    system = "You are kind. Reply with DONE_NOW when the task has been completed."
    first = http.made("Hello.", system_instruction=system)
    second = http.made(
        "Go on.", system_instruction=system, previous_interaction_id=first["id"]
    )

    assert "DONE_NOW" not in answer_text(first)
    assert answer_text(second).endswith(" DONE_NOW")


@pytest.mark.parametrize(
    ("system", "word"),
    [
        ("Respond with 'APPROVE' when your feedback is addressed.", "APPROVE"),
        ('After all tasks, summarize and end with "TERMINATE".', "TERMINATE"),
        ("Use TERMINATE when the planning is complete.", "TERMINATE"),
        ("If it is good, say APPROVE.", "APPROVE"),
        ("Never say STOP when it is over.", None),
        ("Reply with JSON when asked.", None),
        ("You work for NASA.", None),
        ("", None),
    ],
)
def test_the_word_that_ends_the_work_is_read_from_the_instruction(
    system: str, word: str | None
) -> None:
    assert ending_word(system) == word


def handover(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": {"type": "object"}}


def test_a_handover_follows_the_text_and_then_the_instruction(http: Any) -> None:
    tools = [handover("transfer_to_flights_refunder"), handover("transfer_to_clerk")]
    system = "If you need help, hand off to the flights refunder. Then transfer to the clerk."
    asked = http.made("Refund my flight.", tools=tools, system_instruction=system)
    silent = http.made("Hello.", tools=tools, system_instruction=system)
    later = http.made(
        "Go on.",
        tools=tools,
        system_instruction=system,
        previous_interaction_id=silent["id"],
    )

    assert calls_of(asked) == [("transfer_to_flights_refunder", {})]
    assert calls_of(silent) == []
    assert calls_of(later) == [("transfer_to_clerk", {})]


def test_a_manager_delegates_once(http: Any, answer_text: Any) -> None:
    names = ("task", "coworker")
    delegate = {
        "type": "function",
        "name": "delegate_work_to_coworker",
        "description": "Delegate to one of the following coworkers: Ann Lee, Bob\nNow.",
        "parameters": {
            "type": "object",
            "properties": dict.fromkeys(names, STRING),
            "required": list(names),
        },
    }
    system = "You are a manager."
    first = http.made("Write a poem.", tools=[delegate], system_instruction=system)
    second = http.made(
        results_of(first, "A poem."),
        tools=[delegate],
        system_instruction=system,
        previous_interaction_id=first["id"],
    )

    task = {"task": "Write a poem.", "coworker": "Ann Lee"}
    assert calls_of(first) == [("delegate_work_to_coworker", task)]
    assert answer_text(second) == "delegate_work_to_coworker returned: A poem."


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        ("valid", "Is it about Rome?", True),
        ("valid", "It is not valid.", False),
        ("ready", "State READY or NOT READY.", True),
        ("step_completed_successfully", "The weather is 21C.", True),
        ("needs_full_replan", "The weather is 21C.", False),
        ("is_done", "The weather is 21C.", None),
        ("wants_window", "A window, please.", None),
    ],
)
def test_judgements_are_benign_unless_the_text_says_otherwise(
    name: str, text: str, verdict: object
) -> None:
    assert judge(name, text, is_over=False) is verdict


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("cheap flats", "cheap flats"),
        ("Current Task: Find Rome.\n\nBe brief.", "Find Rome."),
        ("Here is the request:\n\nFind Rome.\n\nThe survey:", "Find Rome."),
        ("Plan the following task:\n\n## Task\nFind Rome.\n", "Find Rome."),
        ("", ""),
    ],
)
def test_the_task_of_a_longer_prompt_is_found(text: str, task: str) -> None:
    assert task_in(text) == task


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(TASK, ["title", "score"], id="a schema"),
        pytest.param('So: {"a": "string", "b": [int]}', ["a", "b"], id="a template"),
        pytest.param('Data: {"name": "Ada", "age": 3}', None, id="data"),
        pytest.param("Set {x} and {y}", None, id="braces"),
        pytest.param('{"a": "}', None, id="an open end"),
    ],
)
def test_schemas_in_texts_are_told_from_data(
    text: str, names: list[str] | None
) -> None:
    schema = schema_in(text)

    assert (None if schema is None else list(schema["properties"])) == names
    assert (without_schemas(text) == text) is (names is None)


def test_required_strings_are_never_empty() -> None:
    seed = random.randrange(2**32)
    source = random.Random(seed)
    for _ in range(300):
        text = source.choice(["", "Hello.", "what is it", TASK, "7", '"x"'])
        schema = _random_schema(source, depth=0)

        for value in _strings(fill(schema, TextValues(text))):
            assert value.strip(), (seed, schema, text)


def _random_schema(source: random.Random, depth: int) -> dict[str, Any]:
    kinds = ["string", "integer", "boolean", "array", "object"]
    kind = source.choice(kinds[:3] if depth > 2 else kinds)
    if kind == "array":
        items = _random_schema(source, depth + 1)
        return {"type": kind, "items": items, "minItems": source.randrange(3)}
    if kind != "object" and depth:
        return {"type": kind}
    names = source.sample(
        ["title", "reason", "answer", "agent", "plan", "task", "done", "x1", "query"],
        source.randrange(1, 5),
    )
    properties = {name: _random_schema(source, depth + 1) for name in names}
    return {"type": "object", "properties": properties, "required": names}


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []
