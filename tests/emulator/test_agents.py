"""Agents: deep research, antigravity, and those that callers define."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of

RESEARCH = "deep-research-preview-04-2026"
OLD_RESEARCH = "deep-research-pro-preview-12-2025"
ANTIGRAVITY = "antigravity-preview-09-2026"
INVALID = "Request contains an invalid argument."
NOW = 1_800_000_000.0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose clock stands still until it is moved."""
    with Emulator(clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def ask(http: Any) -> Callable[..., dict[str, Any]]:
    def ask(text: str, agent: str = ANTIGRAVITY, **body: Any) -> dict[str, Any]:
        return http.made(text, model=None, **({"agent": agent} | body))

    return ask


@pytest.fixture
def research(ask: Any, http: Any, emulator: Emulator) -> Callable[..., dict[str, Any]]:
    """Run deep research to its end."""

    def research(text: str, agent: str = RESEARCH, **body: Any) -> dict[str, Any]:
        config = {"type": "deep-research"} | body.pop("config", {})
        made = ask(text, agent, background=True, agent_config=config, **body)
        emulator.advance(1)
        return http.get(f"/v1/interactions/{made['id']}").json()

    return research


def kinds(interaction: dict[str, Any]) -> list[str]:
    return [step["type"] for step in interaction["steps"]]


def test_deep_research_thinks_searches_and_reports(research: Any) -> None:
    done = research("The history of TPUs", config={"thinking_summaries": "auto"})

    assert done["agent"] == RESEARCH
    assert "model" not in done
    assert kinds(done) == [
        *["thought", "google_search_call", "google_search_result"] * 2,
        "thought",
        "model_output",
    ]
    thoughts = [step for step in done["steps"] if step["type"] == "thought"]
    assert all(step["summary"][0]["text"].startswith("**") for step in thoughts)


def test_a_report_cites_its_sources_by_bytes(research: Any) -> None:
    block = research("Café culture")["steps"][-1]["content"][0]

    marks = [
        block["text"].encode()[one["start_index"] : one["end_index"]]
        for one in block["annotations"]
    ]
    assert marks == [b"[cite: 1]", b"[cite: 2]"]
    assert {one["type"] for one in block["annotations"]} == {"url_citation"}


def test_the_usage_of_research_is_that_of_the_whole_loop(research: Any) -> None:
    usage = research("The history of TPUs")["usage"]

    parts = ["input", "output", "thought", "tool_use"]
    assert usage["total_tokens"] == sum(usage[f"total_{p}_tokens"] for p in parts)
    assert usage["total_tool_use_tokens"] > 0
    assert usage["grounding_tool_count"] == [{"type": "google_search", "count": 2}]


def test_without_summaries_the_old_agent_shows_question_and_report_alone(
    research: Any,
) -> None:
    """API: so in the only recorded answer (2026-08-18)."""
    assert kinds(research("TPUs", OLD_RESEARCH)) == ["user_input", "model_output"]


def test_collaborative_planning_ends_with_a_plan_and_runs_it_on_the_next_turn(
    research: Any, answer_text: Any
) -> None:
    plan = research("The history of TPUs", config={"collaborative_planning": True})
    report = research(
        "Looks good.",
        config={"collaborative_planning": False},
        previous_interaction_id=plan["id"],
    )

    assert kinds(plan) == ["thought", "model_output"]
    assert answer_text(plan).startswith("# Research plan")
    assert "google_search_call" in kinds(report)
    assert "It follows the agreed plan." in answer_text(report)
    assert "The history of TPUs" in answer_text(report)


def test_a_model_can_follow_up_on_research(
    research: Any, http: Any, answer_text: Any
) -> None:
    done = research("My topic is TPUs.")

    second = http.made("What is my topic?", previous_interaction_id=done["id"])

    assert answer_text(second) == "Your topic is TPUs."


def test_a_script_may_write_the_report(
    research: Any, emulator: Emulator, answer_text: Any
) -> None:
    emulator.script([{"when": {"agent": RESEARCH}, "reply": {"text": "All is known."}}])

    done = research("TPUs")

    assert answer_text(done) == "All is known."
    assert "google_search_result" in kinds(done)
    assert done["steps"][-1]["content"][0]["annotations"][0]["end_index"] == 13


def test_a_live_stream_of_research_ends_without_usage_and_its_replay_has_it(
    http: Any, emulator: Emulator, events: Any
) -> None:
    """API: seen live, 2026-06-26."""
    emulator.script([{"reply": {"text": "Report.", "wait_s": 0}}])
    body = {"agent": RESEARCH, "input": "TPUs", "background": True, "stream": True}

    live = events(http.post("/v1/interactions", json=body).text)
    made = live[0]["interaction"]["id"]
    replay = events(http.get(f"/v1/interactions/{made}?stream=true").text)

    assert "usage" not in live[-1]["interaction"]
    assert "usage" in replay[-1]["interaction"]
    assert live[:-1] == replay[:-1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            {"background": False},
            "Agents are required to use background=true",
            id="foreground",
        ),
        pytest.param(
            {"generation_config": {"temperature": 1}},
            "Unknown parameter 'generation_config'.",
            id="generation_config",
        ),
        pytest.param({"system_instruction": "Be brief."}, INVALID, id="instruction"),
        pytest.param(
            {"tools": [{"type": "function", "name": "f"}]}, INVALID, id="function"
        ),
        pytest.param(
            {"agent_config": {"type": "deep-research", "depth": 3}},
            "Unknown parameter 'depth' at 'agent_config'.",
            id="config key",
        ),
        pytest.param(
            {"agent_config": {"type": "deep-research", "visualization": "on"}},
            "The value 'on' is not supported for 'agent_config.visualization'."
            " Supported values: 'auto', 'off'.",
            id="config value",
        ),
    ],
)
def test_what_deep_research_does_not_take_is_refused(
    http: Any, body: dict[str, Any], message: str
) -> None:
    given = {"model": None, "agent": RESEARCH, "background": True} | body

    assert http.refused("Hi.", **given) == (400, message)


def test_an_unknown_agent_is_not_found(http: Any) -> None:
    refused = http.refused("Hi.", model=None, agent="nobody", environment="remote")

    assert refused == (404, "Requested entity was not found.")


def test_antigravity_works_in_its_sandbox(ask: Any, http: Any) -> None:
    done = ask("Write 'hello' to /notes/hello.txt", environment="remote")

    path = f"/v1/environments/{done['environment_id']}/files/notes/hello.txt"
    assert kinds(done) == [
        "thought",
        "function_call",
        "function_result",
        "code_execution_call",
        "code_execution_result",
        "model_output",
    ]
    assert done["status"] == "completed"
    assert http.get(path + "?alt=media").text == "hello\n"


def test_antigravity_only_talks_when_there_is_nothing_to_do(
    ask: Any, answer_text: Any
) -> None:
    first = ask("My name is Ada.", environment="remote")
    second = ask(
        "What is my name?",
        environment=first["environment_id"],
        previous_interaction_id=first["id"],
    )

    assert kinds(second) == ["thought", "model_output"]
    assert answer_text(second) == "Your name is Ada."
    assert second["environment_id"] == first["environment_id"]


def test_a_function_of_the_caller_still_needs_an_answer(ask: Any, weather: Any) -> None:
    environment = {"type": "remote"}
    asked = ask("The weather in Rome?", environment=environment, tools=[weather])
    result = result_of(asked["steps"][-1])

    answered = ask(
        [result],
        environment=asked["environment_id"],
        previous_interaction_id=asked["id"],
        tools=[weather],
    )

    assert (asked["status"], answered["status"]) == ("requires_action", "completed")


def test_antigravity_stops_at_its_budget_and_can_be_continued(ask: Any) -> None:
    """API: documented, with a new budget for each interaction."""
    config = {"type": "antigravity", "max_total_tokens": 10}
    first = ask("Write a script.", environment="remote", agent_config=config)

    second = ask(
        "continue",
        environment=first["environment_id"],
        previous_interaction_id=first["id"],
    )

    assert (first["status"], second["status"]) == ("incomplete", "completed")
    assert "model_output" not in kinds(first)


def test_antigravity_streams_in_the_foreground_without_event_ids(
    http: Any, events: Any
) -> None:
    body = {"agent": ANTIGRAVITY, "input": "Write a script.", "environment": "remote"}

    streamed = events(http.post("/v1/interactions", json=body | {"stream": True}).text)

    assert streamed[0]["interaction"]["agent"] == ANTIGRAVITY
    assert streamed[0]["interaction"]["environment_id"]
    assert not [event for event in streamed if "event_id" in event]


def test_antigravity_runs_in_the_background_too(
    ask: Any, http: Any, emulator: Emulator
) -> None:
    made = ask("Write a script.", environment="remote", background=True)
    emulator.advance(1)

    done = http.get(f"/v1/interactions/{made['id']}").json()

    assert (made["status"], done["status"]) == ("in_progress", "completed")
    assert made["environment_id"] == done["environment_id"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"environment": None}, id="no environment"),
        pytest.param(
            {"response_format": {"type": "text", "schema": {"type": "object"}}},
            id="structured output",
        ),
        pytest.param({"tools": [{"type": "google_maps"}]}, id="maps"),
        pytest.param(
            {"tools": [{"type": "function", "name": "f"}], "store": False},
            id="stateless function",
        ),
        pytest.param(
            {"input": [{"type": "video", "uri": "https://x.example/v"}]}, id="video"
        ),
    ],
)
def test_what_antigravity_does_not_take_is_refused(
    http: Any, body: dict[str, Any]
) -> None:
    given = {"agent": ANTIGRAVITY, "input": "Hi.", "environment": "remote"} | body

    answer = http.post("/v1/interactions", json=given)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == INVALID


def test_a_vertex_run_has_the_noted_form(http: Any, events: Any) -> None:
    """API: Vertex notebook, 2026-05-19, as noted: no maker, no thought, no ids."""
    body = {
        "agent": ANTIGRAVITY,
        "input": "Write a script.",
        "environment": {"type": "remote"},
        "stream": True,
    }
    path = "/v1beta1/projects/p/locations/global/interactions"

    streamed = events(http.post(path, json=body).text)

    started = [e["step"]["type"] for e in streamed if e["event_type"] == "step.start"]
    first, last = streamed[0]["interaction"], streamed[-1]["interaction"]
    assert list(first) == ["id", "status", "object"]
    assert started == ["function_call", "function_result", "model_output"]
    assert list(last) == [
        *["id", "status", "usage", "created", "updated"],
        *["environment_id", "object"],
    ]
    assert last["environment_id"].startswith("env_")
    assert "total_cached_tokens" not in last["usage"]


def define(http: Any, **body: Any) -> Any:
    return http.post("/v1/agents", json={"id": "helper"} | body)


def test_a_custom_agent_is_made_read_listed_and_deleted(http: Any) -> None:
    given = {"base_agent": ANTIGRAVITY, "system_instruction": "Be brief."}

    made = define(http, **given)
    read = http.get("/v1/agents/helper").json()
    listed = http.get("/v1/agents").json()
    deleted = http.delete("/v1/agents/helper")

    assert made.json() == {"id": "helper"} | given == read
    assert listed == {"agents": [read]}
    assert (deleted.status_code, deleted.text) == (200, "{}")
    assert http.get("/v1/agents/helper").status_code == 404
    assert http.get("/v1/agents").json() == {"agents": []}


def test_a_custom_agent_brings_its_definition_into_a_run(
    http: Any, ask: Any, emulator: Emulator, answer_text: Any
) -> None:
    when = {"system_contains": "Be brief.", "has_tool": "url_context"}
    emulator.script([{"when": when, "reply": {"text": "Brief."}}])
    sources = [{"type": "inline", "target": "/AGENTS.md", "content": "Rules."}]
    define(
        http,
        system_instruction="Be brief.",
        tools=[{"type": "url_context"}],
        base_environment={"type": "remote", "sources": sources},
    )

    done = ask("Hi.", "helper")

    path = f"/v1/environments/{done['environment_id']}/files/AGENTS.md?alt=media"
    assert answer_text(done) == "Brief."
    assert done["agent"] == "helper"
    assert http.get(path).text == "Rules."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"id": None}, 400, id="no id"),
        pytest.param({"id": ANTIGRAVITY}, 400, id="built-in id"),
        pytest.param({"base_agent": "nobody"}, 404, id="unknown base"),
        pytest.param({"owner": "me"}, 400, id="unknown key"),
        pytest.param({"tools": [{"type": "magic"}]}, 400, id="unknown tool"),
        pytest.param({"agent_config": {"depth": 1}}, 400, id="unknown config"),
        pytest.param({"system_instruction": 1}, 400, id="type"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(
    http: Any, body: dict[str, Any], status: int
) -> None:
    assert define(http, **body).status_code == status


def test_an_id_that_is_taken_is_a_conflict(http: Any) -> None:
    define(http)

    answer = define(http)

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "already_exists"


def test_long_lists_come_in_pages(http: Any) -> None:
    for name in "abc":
        define(http, id=name)

    first = http.get("/v1/agents?page_size=2").json()
    token = first["next_page_token"]
    second = http.get(f"/v1/agents?page_size=2&page_token={token}").json()

    assert [one["id"] for one in first["agents"]] == ["a", "b"]
    assert second == {"agents": [{"id": "c"}]}
    assert http.get("/v1/agents?page_token=x").status_code == 400


def test_agents_belong_to_their_key_and_survive_a_restart(
    tmp_path: Path, connect: Callable[..., Any]
) -> None:
    with Emulator(state=tmp_path / "state.db") as emulator:
        define(connect(emulator))

    with Emulator(state=tmp_path / "state.db") as emulator:
        ours = connect(emulator).get("/v1/agents").json()
        theirs = connect(emulator, "another key").get("/v1/agents").json()

    assert (ours, theirs) == ({"agents": [{"id": "helper"}]}, {"agents": []})


def keys(value: Any) -> Any:
    """Reduce JSON to its sorted keys and its types."""
    if isinstance(value, dict):
        return {name: keys(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [keys(item) for item in value[:1]]
    return type(value).__name__


def test_the_create_answer_has_the_recorded_keys_in_order(
    http: Any, recording: Callable[..., Any]
) -> None:
    (exchange,) = recording("Arize-ai__openinference/test_agent_stream.yaml")

    answer = http.post("/v1beta/interactions", content=exchange["request"]["body"])

    theirs = json.loads(exchange["response"]["body"]["string"])
    ours = answer.json()
    assert list(ours) == list(theirs)
    assert ours | {"id": "", "created": "", "updated": ""} == theirs | {
        "id": "",
        "created": "",
        "updated": "",
    }


def test_a_finished_run_has_the_recorded_keys(
    research: Any, http: Any, recording_text: Callable[[str], str]
) -> None:
    """The recording is a dump of the SDK: None for what was not on the wire."""
    name = "62325989098.deep-research-completed.2026-08-18.TRUNCATED.json"
    theirs = json.loads(recording_text(f"unattributed__find_string/{name}"))
    made = research("TPUs", OLD_RESEARCH)

    ours = http.get(f"/v1/interactions/{made['id']}?include_input=true").json()

    steps = theirs["steps"]
    assert kinds(ours) == [step["type"] for step in steps]
    assert ours.keys() - {"input"} == {
        key for key, value in theirs.items() if value is not None and key[0] != "_"
    }
    assert keys(ours["usage"]) == keys(theirs["usage"])
    cited = steps[1]["content"][0]["annotations"][0]
    assert ours["steps"][1]["content"][0]["annotations"][0].keys() == {
        key for key, value in cited.items() if value is not None
    }


def test_a_stream_has_the_recorded_form_under_its_new_names(
    http: Any, emulator: Emulator, recording_text: Callable[[str], str]
) -> None:
    """The recording has the names of before May 2026."""
    name = "discuss.ai.google.dev/143098-10min-cut.legacy.2026-04.sse"
    text = recording_text(name).replace("content.", "step.")
    text = text.replace("interaction.start", "interaction.created")
    text = text.replace('"content":{"type":"thought"}', '"step":{"type":"thought"}')
    theirs = [line for line in text.splitlines() if line.startswith("data: ")]
    emulator.script([{"reply": {"text": "Report.", "wait_s": 0}}])
    request = next(one for one in text.splitlines() if one.startswith("# POST"))

    answer = http.post(
        "/v1beta/interactions", content=request[request.index("{") :]
    ).text

    ours = [line for line in answer.splitlines() if line.startswith("data: ")]
    for mine, recorded in zip(ours[:4], theirs[:4], strict=True):
        assert shape(json.loads(mine[6:])) == shape(json.loads(recorded[6:]))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, shape(item)) for name, item in value.items()]
    return type(value).__name__


def test_antigravity_steps_are_the_printed_ones(
    ask: Any, recording_text: Callable[[str], str]
) -> None:
    text = recording_text(
        "google-gemini__cookbook/Get_started_managed_agents.outputs.txt"
    )
    printed = text[text.index("OUT: --- Step 0") :].split("#####")[0]
    steps = [part.split("]")[0] for part in printed.split("[")[1:]]

    done = ask("Write a Python script for Fibonacci and run it.", environment="remote")

    assert kinds(done) == [kind for kind in steps if kind in kinds(done)]
    assert len(done["environment_id"]) == len("fc155701-ea68-4846-973f-f2943e35cdde")
    assert done["steps"][1]["name"] == "write_file"
    assert list(done["steps"][1]["arguments"]) == ["path", "content"]
