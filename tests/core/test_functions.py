"""Names of functions on the wire, and what may be declared."""

import logging
import random
from typing import Any

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_core.options.options import settings_of, tool_choice_of
from interactions_core.protocol.functions import (
    NAME,
    check_function_name,
    declared,
    own_names,
    warn_of_long_names,
    wire_name,
)
from interactions_core.transcript.steps import function_call, function_result

LONG = "m" * 129
ODD = ["get weather", "files/read", "größe", "1st", "!", "a\nb", LONG, "\ud800"]


def function(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "function", "name": name, **fields}


@pytest.mark.parametrize("name", ["f", "_f", "a.b:c-d_1", "transfer_to_ada", "m" * 128])
def test_name_that_the_api_takes_is_its_own(name: str) -> None:
    assert wire_name(name) == name
    check_function_name(name)


@pytest.mark.parametrize("name", ODD)
def test_other_name_becomes_one_that_every_model_takes(name: str) -> None:
    sent = wire_name(name)

    assert NAME.fullmatch(sent)
    assert len(sent) <= 64
    assert wire_name(sent) == sent
    with pytest.raises(ConfigurationError, match="the API takes no function named"):
        check_function_name(name)


def test_names_stay_the_same_from_release_to_release() -> None:
    """Sessions are found by digests that hold these names."""
    assert wire_name("get weather") == "get_weather_dce3870e"
    assert wire_name("1st") == "_1st_e01ddf65"


def test_different_names_stay_different_on_the_wire() -> None:
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    names = {
        "".join(chance.choices("aé /_", k=chance.randint(1, 200))) for _ in range(3_000)
    }

    assert len({wire_name(name) for name in names}) == len(names), f"seed {seed}"


def test_steps_of_a_framework_and_of_the_server_have_one_digest() -> None:
    ours = function_call("c1", "get weather", {"city": "Rome"})
    theirs = function_call("c1", wire_name("get weather"), {"city": "Rome"})

    assert ours == theirs
    result = function_result("c1", "get weather", "21")
    assert result.wire["name"] == wire_name("get weather")
    assert "name" not in function_result("c1", "", "21").wire


def test_tools_and_choice_go_out_under_one_name() -> None:
    tools = [function("get weather"), function("stop"), {"type": "google_search"}]

    settings: Any = settings_of(
        {},
        system_instruction="",
        tools=tools,
        tool_choice=tool_choice_of("get weather", tools),
    )

    sent = wire_name("get weather")
    assert [tool.get("name") for tool in settings["tools"]] == [sent, "stop", None]
    assert settings["generation_config"]["tool_choice"]["allowed_tools"]["tools"] == [
        sent
    ]
    assert own_names(tools) == {sent: "get weather"}


def test_two_functions_of_one_name_on_the_wire_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="one name on the wire"):
        own_names([function("get weather"), function(wire_name("get weather"))])


def test_function_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="without a name"):
        declared({"type": "function", "parameters": {}})


@pytest.mark.parametrize("kind", ["circular", "deep", "no JSON"])
def test_parameters_that_are_no_json_are_refused_and_the_function_named(
    kind: str,
) -> None:
    parameters: dict[str, Any] = {"type": "object"}
    inner = parameters
    if kind == "circular":
        parameters["properties"] = {"child": parameters}
    elif kind == "no JSON":
        parameters["default"] = object()
    else:
        for _ in range(100_000):
            inner["items"] = inner = {}

    with pytest.raises(ConfigurationError, match="function 'plant' cannot be written"):
        declared(function("plant", parameters=parameters))


def test_long_name_is_sent_and_warned_of_once_for_each_model(
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = f"long_{'m' * 80}"

    with caplog.at_level(logging.WARNING, logger="interactions_core"):
        sent = [declared(function(name)) for _ in range(3)]
        for target in ("model:a", "model:a", "model:b"):
            warn_of_long_names([*sent, {"type": "google_search"}], target)

    assert [tool["name"] for tool in sent] == [name] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert name in caplog.text
