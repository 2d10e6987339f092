"""What a strict emulator refuses, what only if it is told to, and what a kind one takes."""

import re
import subprocess
import sys
from typing import Any, Literal, NamedTuple

import pytest

from interactions_emulator import Emulator
from interactions_emulator.base.errors import INVALID_ARGUMENT
from interactions_emulator.base.points import POINTS
from tests.emulator.results import result_of

Standing = Literal["sure", "disputed", "neither"]

PARENT = "the id of an interaction"
IMAGE = {"type": "image", "mime_type": "image/png", "data": ""}
SEARCH = {"type": "google_search"}
ANTIGRAVITY: dict[str, Any] = {
    "model": None,
    "agent": "antigravity-preview-09-2026",
    "environment": {"type": "remote"},
}
RESEARCH: dict[str, Any] = {
    "model": None,
    "agent": "deep-research-preview-04-2026",
    "background": True,
}


def function(schema: Any = None, name: str = "f") -> dict[str, Any]:
    schema = {"type": "object"} if schema is None else schema
    return {"type": "function", "name": name, "parameters": schema}


def format_of(schema: Any) -> dict[str, Any]:
    whole = {"type": "text", "mime_type": "application/json", "schema": schema}
    return {"response_format": whole}


def with_property(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"maxItems": schema}}


def said(text: str) -> dict[str, Any]:
    return {"type": "user_input", "content": [{"type": "text", "text": text}]}


def called(call_id: str, name: str = "f") -> dict[str, Any]:
    return {"type": "function_call", "id": call_id, "name": name, "arguments": {}}


def server(name: str) -> dict[str, Any]:
    return {"type": "mcp_server", "name": name, "url": "https://mcp.example"}


C1, C2 = called("c1"), called("c2")
ANSWER = {"type": "model_output", "content": [{"type": "text", "text": "Hi."}]}


class Case(NamedTuple):
    point: str
    standing: Standing
    body: dict[str, Any]
    path: str = "/v1beta/interactions"


def case(point: str, standing: Standing, *more: str, **body: Any) -> Any:
    path = {"path": more[0]} if more else {}
    id_ = "-".join((point, standing, str(body.get("agent") or body.get("model") or "")))
    return pytest.param(Case(point, standing, body, **path), id=id_)


def steps(*given: dict[str, Any], **body: Any) -> dict[str, Any]:
    return {"input": [*given], "tools": [function()], **body}


CASES = [
    *(
        case("schema-bounds", standing, model=model, **format_of(schema))
        for standing, model, schema in (
            ("disputed", "gemini-3.8-flash", with_property(type="array", minItems=1)),
            ("disputed", "gemini-flash-latest", {"anyOf": [{"maximum": 3}]}),
            ("neither", "gemini-3.7-flash", with_property(maxLength=1)),
            ("neither", "gemini-3.8-flash", with_property(type="string")),
        )
    ),
    case("schema-keywords", "disputed", **format_of(with_property(const="a"))),
    case("schema-keywords", "neither", **format_of(with_property(title="A"))),
    case(
        "schema-references",
        "disputed",
        **format_of(
            {
                "$defs": {"A": {}},
                **with_property(description="A", **{"$ref": "#/$defs/A"}),
            }
        ),
    ),
    case(
        "schema-references",
        "neither",
        **format_of({"$defs": {"A": {}}, **with_property(**{"$ref": "#/$defs/A"})}),
    ),
    case("tool-keywords", "disputed", tools=[function(with_property(minimum=1))]),
    case("tool-keywords", "neither", tools=[function(with_property(type="string"))]),
    *(
        case(
            "builtin-beside-functions",
            standing,
            model=model,
            tools=[SEARCH, function()],
        )
        for standing, model in (
            ("sure", "gemini-3.6-flash"),
            ("sure", "models/gemini-3.5-flash-lite"),
            ("disputed", "gemini-3.8-flash"),
            ("disputed", "gemini-4-neon"),
            ("disputed", "gemma-4-31b-it"),
            ("neither", "gemini-3.5-flash"),
            ("neither", "gemini-2.5-flash"),
        )
    ),
    case(
        "builtin-beside-functions", "neither", model="gemini-3.6-flash", tools=[SEARCH]
    ),
    *(
        case(
            "format-beside-functions",
            standing,
            model=model,
            tools=[function()],
            **format_of({"type": "object"}),
        )
        for standing, model in (
            ("disputed", "gemini-2.5-flash"),
            ("neither", "gemini-3.5-flash"),
        )
    ),
    case(
        "nameless-results",
        "sure",
        **steps(said("Hi."), C1, result_of(C1) | {"name": ""}),
    ),
    case("nameless-results", "neither", **steps(said("Hi."), C1, result_of(C1))),
    case(
        "results-order",
        "disputed",
        **steps(said("Hi."), C1, C2, result_of(C2), result_of(C1)),
    ),
    case(
        "results-order",
        "neither",
        **steps(said("Hi."), C1, C2, result_of(C1), result_of(C2)),
    ),
    case(
        "repeated-call-ids",
        "disputed",
        **steps(said("Hi."), C1, result_of(C1), C1, result_of(C1)),
    ),
    case("opens-with-model", "disputed", **steps(ANSWER, said("Hi."))),
    case("opens-with-model", "neither", **steps(said("Hi."), ANSWER, said("Hi."))),
    case(
        "undeclared-functions",
        "disputed",
        **steps(said("Hi."), called("c1", "g"), result_of(called("c1", "g"))),
    ),
    case("long-names", "disputed", tools=[SEARCH, function(name="f" * 65)]),
    case("long-names", "neither", tools=[function(name="f" * 64)]),
    case("labels", "sure", labels={"team": "a"}),
    case("labels", "sure", labels={"team": "a"}, **RESEARCH),
    case("safety-settings", "sure", safety_settings=[]),
    *(
        case("sampling", standing, model=model, generation_config={"top_p": 0.5})
        for standing, model in (
            ("disputed", "gemini-4-argon"),
            ("neither", "gemini-3.8-flash"),
        )
    ),
    case("latest-on-v1", "sure", "/v1/interactions", model="gemini-flash-latest"),
    case("latest-on-v1", "neither", model="gemini-flash-latest"),
    case("modality-case", "sure", response_modalities=["IMAGE"]),
    case(
        "agent-config-type",
        "sure",
        agent_config={"thinking_summaries": "auto"},
        **RESEARCH,
    ),
    case("antigravity-format", "sure", **format_of({"type": "object"}), **ANTIGRAVITY),
    case("antigravity-format", "neither", **format_of({"type": "object"}), **RESEARCH),
    case(
        "antigravity-images", "disputed", input=[said("Hi."), IMAGE][1:], **ANTIGRAVITY
    ),
    case("mcp-names", "sure", tools=[server("My server")], **ANTIGRAVITY),
    case("mcp-names", "neither", tools=[server("server1")], **ANTIGRAVITY),
    case("mcp-names", "disputed", tools=[server("my-server")]),
    case(
        "mcp-with-models", "disputed", tools=[server("one")], model="gemini-3.5-flash"
    ),
    case("mcp-with-models", "neither", tools=[server("one")]),
    case("empty-text", "disputed", input=[said("")]),
    case("stateless-parent", "disputed", previous_interaction_id=PARENT, store=False),
]


def asked(http: Any, given: Case) -> tuple[int, str]:
    body = {"model": "gemini-2.5-flash", "input": "Hi.", **given.body}
    if body.get("previous_interaction_id") == PARENT:
        body["previous_interaction_id"] = http.made("Hello.")["id"]
    answer = http.post(given.path, json=body)
    message = answer.json().get("error", {}).get("message", "")
    return answer.status_code, message


@pytest.mark.parametrize("given", CASES)
def test_a_point_is_refused_where_it_is_sure_or_by_its_switch(
    connect: Any, given: Case
) -> None:
    options: list[dict[str, Any]] = [
        {"strict": False},
        {},
        {"strict": False, "disputed": {given.point}},
    ]
    came = []
    for each in options:
        with Emulator(**each) as emulator:
            came.append(asked(connect(emulator), given))

    refused = {"sure": [0, 1, 1], "disputed": [0, 0, 1], "neither": [0, 0, 0]}
    status = POINTS[given.point].status
    assert [status * one for one in refused[given.standing]] == [
        0 if code == 200 else code for code, _ in came
    ]
    if given.standing != "neither":
        text = re.escape(POINTS[given.point].text)
        assert re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", text), came[-1][1])


def test_every_point_has_both_sides() -> None:
    tried: list[Case] = [one.values[0] for one in CASES]

    for name, point in POINTS.items():
        sides = {one.standing for one in tried if one.point == name}
        assert ("sure" in sides) is (point.sure is not None), name
        assert ("disputed" in sides) is (point.disputed is not None), name


def test_the_strictest_refuses_all_points_and_says_which(connect: Any) -> None:
    refused = [one.values[0] for one in CASES if one.values[0].standing != "neither"]
    with Emulator(disputed="all") as emulator:
        http = connect(emulator)

        came = [asked(http, one)[0] for one in refused]
        whys = [row["why"] for row in emulator.requests() if row["status"] != 200]

    assert came == [POINTS[one.point].status for one in refused]
    assert [why.split(":")[0] for why in whys] == [one.point for one in refused]


def test_the_enterprise_platform_takes_labels_and_safety_settings(connect: Any) -> None:
    path = "/{}/projects/p/locations/global/interactions"
    body = {"model": "gemini-3.5-flash", "input": "Hi.", "labels": {"a": "b"}}
    with Emulator() as emulator:
        http = connect(emulator)

        came = [
            http.post(path.format(version), json=body | {"safety_settings": []})
            for version in ("v1", "v1beta1")
        ]

    assert [answer.status_code for answer in came] == [200, 200]


def test_results_are_in_the_order_of_a_parents_calls(
    connect: Any, weather: Any
) -> None:
    with Emulator(disputed={"results-order"}) as emulator:
        http = connect(emulator)
        first = http.made("Weather in Paris and Rome?", tools=[weather])
        calls = [step for step in first["steps"] if step["type"] == "function_call"]
        results = [result_of(call) for call in calls]
        chained = {"previous_interaction_id": first["id"], "tools": [weather]}

        permuted = http.refused(results[::-1], **chained)
        sorted_ = http.create(results, **chained)

    assert permuted == (400, INVALID_ARGUMENT)
    assert sorted_.status_code == 200


def test_a_point_that_there_is_not_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'schema-bounds'"):
        Emulator(disputed={"schema-bound"})
    with pytest.raises(ValueError, match="they are schema-bounds, schema-keywords"):
        Emulator(disputed="x")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([], 400), (["--no-strict"], 200), (["--no-strict", "--disputed", "all"], 400)],
)
def test_the_command_has_both_switches(
    connect: Any, arguments: list[str], status: int
) -> None:
    command = [sys.executable, "-m", "interactions_emulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            http = connect(Emulator())
            answer = http.post(
                f"{url}/v1beta/interactions",
                json={"model": "gemini-2.5-flash", "input": "Hi.", "labels": {}},
            )
        finally:
            process.terminate()

    assert answer.status_code == status


def test_the_command_names_the_nearest_point() -> None:
    command = [sys.executable, "-m", "interactions_emulator", "--disputed", "label"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "'label' is no point that may be disputed, did you mean" in ended.stderr


def test_steps_of_the_servers_tools_are_looked_at_whatever_they_hold(
    connect: Any,
) -> None:
    given = [{"type": "tool_call", "content": ["x", 1]}, said("Hi.")]
    with Emulator(disputed="all") as emulator:
        answer = connect(emulator).create(given, **ANTIGRAVITY)

    assert answer.status_code < 500
