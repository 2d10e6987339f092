"""An emulator that refuses and takes what a live profile says that a service did."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from interactions_emulator import Emulator
from tests.live_profiles import answered, refused, write_profile

USUAL, OTHER = "gemini-3.5-flash", "gemini-3.8-flash"
TEXT = "The service said this in November."
VARIABLE = "INTERACTIONS_PROFILE"
Connect = Callable[[Emulator], httpx.Client]

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}}
FIELDS = {"type": "object", "properties": {"x": {"type": "string"}}}
BOUNDED: dict[str, Any] = {
    "response_format": {
        "type": "text",
        "mime_type": "application/json",
        "schema": {"type": "integer", "minimum": 1},
    }
}


def said(text: str) -> dict[str, Any]:
    return {"type": "user_input", "content": [{"type": "text", "text": text}]}


CALLED = [
    *(said("a"), {"type": "thought", "signature": "skip_thought_signature_validator"}),
    {"type": "function_call", "id": "c1", "name": "f", "arguments": {}},
]
RESULT = {"type": "function_result", "call_id": "c1", "name": "f", "result": "x"}
IMAGE = {"type": "image", "mime_type": "image/png", "data": ""}


def config(**fields: Any) -> dict[str, Any]:
    return {"generation_config": fields}


def ask(client: httpx.Client, path: str = "/v1", **body: Any) -> httpx.Response:
    whole = {"model": USUAL, "input": "hello", **body}
    return client.post(f"{path}/interactions", json=whole)


ASKED: dict[int, dict[str, Any]] = {
    3: {"tools": [{**FUNCTION, "parameters": {"type": "object", "default": {}}}]},
    4: {"input": [*CALLED, RESULT, said("b")], "tools": [FUNCTION]},
    6: BOUNDED,
    9: {"tools": [FUNCTION, {"type": "google_search"}]},
    11: {**BOUNDED, "tools": [FUNCTION]},
    16: config(temperature=0.5),
    17: {
        "input": [
            {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
            said("b"),
        ]
    },
    19: {
        "tools": [FUNCTION],
        **config(tool_choice={"allowed_tools": {"mode": "any", "tools": ["f"]}}),
    },
    20: {"tools": [{"type": "google_search"}]},
    22: {"tools": [{"type": "function", "name": "f" * 80, "parameters": FIELDS}]},
    23: {
        "input": [*CALLED, {**RESULT, "result": [IMAGE]}],
        "tools": [FUNCTION],
    },
    24: {"background": True},
    25: {"labels": {"a": "b"}},
}
"""A request that the create of a number asks about."""

NAMED: dict[str, tuple[int, dict[str, Any]]] = {
    "No tool choice here.": (3, {"tools": [FUNCTION], **config(tool_choice="any")}),
    "No thinking_summaries.": (3, config(thinking_summaries="auto")),
    "Which signature?": (12, {"input": [*CALLED, RESULT], "tools": [FUNCTION]}),
    "It has no properties.": (22, {"tools": [FUNCTION]}),
    "No service tier.": (25, {"service_tier": "flex"}),
    "No stop sequences.": (25, config(stop_sequences=["#"])),
}
"""A request that a text is about, which names a later point of its create."""


@pytest.mark.parametrize("number", ASKED)
def test_what_the_service_refused_is_refused_in_its_words(
    connect: Connect, tmp_path: Path, number: int
) -> None:
    path = write_profile(tmp_path / "p.json", refused(number, USUAL, TEXT))

    with Emulator(profile=path, strict=False) as emulator:
        answer = ask(connect(emulator), **ASKED[number])
        [why] = [one["why"] for one in emulator.requests()]

    assert answer.status_code == 400
    assert answer.json()["error"] == {"message": TEXT, "code": "invalid_request"}
    assert why.endswith("a live profile has it refused")


@pytest.mark.parametrize("text", NAMED)
def test_a_refusal_that_names_another_point_is_about_that_one(
    connect: Connect, tmp_path: Path, text: str
) -> None:
    number, body = NAMED[text]
    path = write_profile(tmp_path / "p.json", refused(number, USUAL, text))

    with Emulator(profile=path, strict=False) as emulator:
        answer = ask(connect(emulator), **body)

    assert answer.json()["error"]["message"] == text


@pytest.mark.parametrize("number", [number for number in ASKED if number != 24])
def test_what_the_service_took_is_taken_by_the_strictest(
    connect: Connect, tmp_path: Path, number: int
) -> None:
    every = [answered(n, USUAL) for n in range(1, 26)]
    path = write_profile(tmp_path / "p.json", *every)

    with Emulator(profile=path, disputed="all") as emulator:
        answer = ask(connect(emulator), **ASKED[number])

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("fields", "model", "path"),
    [
        pytest.param({}, OTHER, "/v1", id="model"),
        pytest.param({}, USUAL, "/v1beta", id="version"),
        pytest.param({"platform": "vertex"}, USUAL, "/v1", id="platform"),
    ],
)
def test_a_profile_of_somebody_else_is_not_followed(
    connect: Connect, tmp_path: Path, fields: dict[str, Any], model: str, path: str
) -> None:
    profile = write_profile(tmp_path / "p.json", refused(6, USUAL), **fields)

    with Emulator(profile=profile) as emulator:
        answer = ask(connect(emulator), path, model=model, **BOUNDED)

    assert answer.status_code == 200


def test_only_a_temperature_was_asked_for(connect: Connect, tmp_path: Path) -> None:
    path = write_profile(tmp_path / "p.json", refused(16, USUAL))

    with Emulator(profile=path) as emulator:
        answer = ask(connect(emulator), **config(top_p=0.5))

    assert answer.status_code == 200


def test_profiles_that_contradict_each_other_are_named_and_not_followed(
    connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = [
        write_profile(tmp_path / "a.json", refused(6, USUAL), made_at=1_790_000_000),
        write_profile(tmp_path / "b.json", answered(6, USUAL), made_at=1_790_100_000),
    ]

    with Emulator(profile=os.pathsep.join(paths)) as emulator:
        answer = ask(connect(emulator), **BOUNDED)

    assert answer.status_code == 200
    assert [each.getMessage() for each in caplog.records] == [
        (
            f"{paths[0]} (2026-09-21) and {paths[1]} (2026-09-22) contradict each "
            f"other about schema-bounds of {USUAL} at gemini v1: neither is believed "
            "there"
        )
    ]
    assert caplog.records[0].levelno == logging.WARNING


def test_the_variable_is_read_unless_something_is_given(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_profile(tmp_path / "p.json", refused(6, USUAL))
    monkeypatch.setenv(VARIABLE, path)

    with Emulator() as emulator:
        followed = ask(connect(emulator), **BOUNDED)
    with Emulator(profile="") as emulator:
        ignored = ask(connect(emulator), **BOUNDED)

    assert (followed.status_code, ignored.status_code) == (400, 200)


def test_an_error_names_the_variable_that_named_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.json"))

    with pytest.raises(ValueError, match=rf"^{VARIABLE}: .*none\.json cannot be read"):
        Emulator()


def test_a_file_that_is_no_profile_is_an_error_at_once(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text("{}")

    with pytest.raises(ValueError, match=r"p\.json is no profile of the service: it"):
        Emulator(profile=path)
    with pytest.raises(ValueError, match=r"none\.json cannot be read: No such file"):
        Emulator(profile=tmp_path / "none.json")
