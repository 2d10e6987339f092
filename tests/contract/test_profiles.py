"""What a live profile changes of what is sent, for whom, and who is believed."""

import json
import os
import time
from collections.abc import Callable, Sequence
from logging import WARNING
from pathlib import Path
from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.exceptions import InvalidRequestError
from interactions_core.records.forms import KnownForm
from interactions_core.records.turn import Turn
from interactions_core.transcript.parts import text_part as text
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, WAYS, Asker, make_turn
from tests.contract.conftest import Connect
from tests.live_profiles import OPAQUE, answered, refused, write_profile

BOUNDED: Json = {"type": "integer", "minimum": 1}
FORMAT: dict[str, Json] = {
    "response_format": {
        "type": "text",
        "mime_type": "application/json",
        "schema": BOUNDED,
    }
}
TITLED: Json = {"type": "object", "title": "F"}
TOOLS: dict[str, Json] = {
    "tools": [{"type": "function", "name": "f", "parameters": TITLED}]
}
LONG = f"long_{'x' * 80}"
LONG_TOOL: dict[str, Json] = {
    "tools": [{"type": "function", "name": LONG, "parameters": {"type": "object"}}]
}
WARM: dict[str, Json] = {"generation_config": {"temperature": 0.5}}
STRICT: dict[str, Json] = {
    **TOOLS,
    **FORMAT,
    "generation_config": {"tool_choice": "validated"},
}
PERMUTED = (
    *(function_call("c1", "weather", {}), function_call("c2", "time", {})),
    *(function_result("c2", "time", "noon"), function_result("c1", "weather", "sun")),
)
WELCOME = model_output([text("Welcome.")])
HOUR_S = 3600.0

Profiled = Callable[..., None]


@pytest.fixture
def profiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profiled:
    """Put profiles in force, each of some creates; fields are those of the last."""
    paths: list[str] = []

    def profiled(*calls: dict[str, Any], **fields: Any) -> None:
        path = tmp_path / f"profile{len(paths)}.json"
        paths.append(write_profile(path, *calls, **fields))
        monkeypatch.setenv("INTERACTIONS_PROFILE", os.pathsep.join(paths))

    return profiled


@pytest.fixture(params=WAYS)
def asker(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    return connect(request.param, api_version="v1")


@pytest.fixture
def one(connect: Connect) -> Asker:
    return connect("unary", api_version="v1")


def turn_of(settings: dict[str, Json], *steps: Step | str, **options: Any) -> Turn:
    return make_turn(steps or ["hello"], settings=settings, **options)


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [r["body"] for r in emulator.requests() if r["method"] == "POST"]


def has_bounds(body: dict[str, Any]) -> bool:
    return "minimum" in body["response_format"]["schema"]


@pytest.mark.parametrize(
    ("number", "settings", "steps", "changes"),
    [
        pytest.param(3, TOOLS, (), ["keywords:tools"], id="tools"),
        pytest.param(6, FORMAT, (), ["bounds:response_format"], id="bounds"),
        pytest.param(8, FORMAT, (), ["keywords:response_format"], id="keywords"),
        pytest.param(12, {}, ("hi", *PERMUTED, "go on"), ["sorted"], id="order"),
        pytest.param(
            *(16, WARM, (), ["without:generation_config.temperature"]), id="temperature"
        ),
        pytest.param(17, {}, (WELCOME, "hi"), ["opened"], id="opening"),
        pytest.param(22, LONG_TOOL, (), ["renamed"], id="names"),
    ],
)
def test_what_a_profile_found_refused_is_sent_otherwise_at_once(
    asker: Asker,
    emulator: Emulator,
    profiled: Profiled,
    *,
    number: int,
    settings: dict[str, Json],
    steps: Sequence[Step | str],
    changes: list[str],
) -> None:
    asker.take(turn_of(settings, *steps, session_id="before"))
    profiled(refused(number, MODEL))

    reply = asker.take(turn_of(settings, *steps))

    [before, after] = bodies(emulator)
    assert before != after
    assert list(reply.recovered) == changes
    assert asker.store.list_forms() == []


def test_what_is_left_out_because_of_a_profile_is_missed_aloud(
    one: Asker, profiled: Profiled, caplog: pytest.LogCaptureFixture
) -> None:
    profiled(refused(16, MODEL))

    for number in range(2):
        one.take(turn_of(WARM, session_id=str(number)))

    [said] = [each.getMessage() for each in caplog.records if each.levelno >= WARNING]
    assert said.startswith("the API does not know generation_config.temperature: ")


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        pytest.param("gemini-3.8-flash", {}, id="model"),
        pytest.param(MODEL, {"platform": "vertex"}, id="platform"),
        pytest.param(MODEL, {"api_version": "v1beta"}, id="version"),
        pytest.param(MODEL, {"host": "10.0.0.1:8765"}, id="host"),
    ],
)
def test_a_profile_of_somebody_else_changes_nothing(
    one: Asker,
    emulator: Emulator,
    profiled: Profiled,
    *,
    model: str,
    fields: dict[str, Any],
) -> None:
    profiled(refused(6, model), **fields)

    one.take(turn_of(FORMAT))

    assert has_bounds(bodies(emulator)[0])


def test_a_profile_of_this_machine_holds_for_every_port(
    one: Asker, emulator: Emulator, profiled: Profiled
) -> None:
    profiled(refused(6, MODEL), host="localhost:1")

    one.take(turn_of(FORMAT))

    assert not has_bounds(bodies(emulator)[0])


@pytest.mark.parametrize(
    ("status", "message"), [(404, "Model 'x' not found."), (403, "No."), (429, "Wait.")]
)
def test_a_refusal_that_is_about_something_else_changes_nothing(
    one: Asker, emulator: Emulator, profiled: Profiled, status: int, message: str
) -> None:
    profiled({**refused(6, MODEL, message), "status": status})

    one.take(turn_of(FORMAT))

    assert has_bounds(bodies(emulator)[0])


def test_a_refusal_that_names_another_point_is_about_that_one(
    one: Asker, emulator: Emulator, profiled: Profiled
) -> None:
    profiled(refused(3, MODEL, "Unknown parameter 'tool_choice'."))

    one.take(turn_of(TOOLS))

    assert bodies(emulator)[0]["tools"][0]["parameters"] == TITLED


@pytest.mark.parametrize("protected", ["strict", "named parent"])
def test_a_profile_changes_nothing_that_nobody_may_change(
    one: Asker, emulator: Emulator, profiled: Profiled, protected: str
) -> None:
    parent = one.ask("hi").interaction_id
    profiled(refused(6, MODEL))

    if protected == "strict":
        one.take(turn_of(STRICT))
    else:
        one.take(turn_of(FORMAT, previous_interaction_id=parent))

    assert has_bounds(bodies(emulator)[1])


def test_a_model_that_takes_no_background_is_asked_at_once(
    asker: Asker, emulator: Emulator, profiled: Profiled
) -> None:
    profiled(refused(24, MODEL, f"Model '{MODEL}' does not support background."))

    reply = asker.take(turn_of({}, background=True, foreground_ok=True))

    [body] = bodies(emulator)
    assert "background" not in body
    assert (reply.recovered, asker.store.list_forms()) == (("foreground",), [])


def test_a_background_that_must_be_is_asked_for_whatever_a_profile_says(
    one: Asker, emulator: Emulator, profiled: Profiled
) -> None:
    profiled(refused(24, MODEL))

    one.take(turn_of({}, background=True))

    assert bodies(emulator)[0]["background"] is True


def remembered(emulator: Emulator, at: float) -> KnownForm:
    return KnownForm(
        platform=f"gemini|{emulator.url.removeprefix('http://')}",
        api_version="v1",
        target=f"model:{MODEL}",
        feature="response_format",
        change="bounds:response_format",
        answered_at=at,
    )


@pytest.mark.parametrize(
    ("made_after_s", "bounded"), [(HOUR_S, True), (-HOUR_S, False)]
)
def test_a_profile_and_a_memory_that_disagree_are_told_apart_by_their_age(
    one: Asker,
    emulator: Emulator,
    clock: Clock,
    profiled: Profiled,
    *,
    made_after_s: float,
    bounded: bool,
) -> None:
    clock.now = time.time() - 2 * HOUR_S
    one.store.keep_forms([remembered(emulator, clock.now)])
    profiled(answered(6, MODEL), made_at=clock.now + made_after_s)

    one.take(turn_of(FORMAT))

    assert has_bounds(bodies(emulator)[0]) is bounded


def test_what_is_answered_now_is_later_than_a_profile_of_tomorrow(
    one: Asker, emulator: Emulator, clock: Clock, profiled: Profiled
) -> None:
    profiled(answered(6, MODEL), made_at=time.time() + 24 * HOUR_S)
    one.take(turn_of({}))
    clock.now = time.time() + 1
    emulator.fault(do={"status": 400, "message": OPAQUE})
    one.take(turn_of(FORMAT, session_id="refused and answered"))

    one.take(turn_of(FORMAT, session_id="again"))

    assert not has_bounds(bodies(emulator)[-1])


@pytest.mark.parametrize(("takes", "warned"), [(answered, 0), (None, 1)])
def test_a_long_name_that_was_taken_is_not_warned_of(
    one: Asker,
    profiled: Profiled,
    caplog: pytest.LogCaptureFixture,
    *,
    takes: Callable[[int, str], dict[str, Any]] | None,
    warned: int,
) -> None:
    name = f"{LONG}_{warned}"
    profiled(*([takes(22, MODEL)] if takes else []))

    one.take(
        turn_of(
            {
                "tools": [
                    {
                        "type": "function",
                        "name": name,
                        "parameters": {"type": "object"},
                    }
                ]
            }
        )
    )

    assert len([said for said in caplog.messages if name in said]) == warned


@pytest.mark.parametrize(("number", "blamed"), [(3, True), (22, False)])
def test_an_error_blames_nothing_that_a_profile_found_taken(
    one: Asker, emulator: Emulator, profiled: Profiled, *, number: int, blamed: bool
) -> None:
    profiled(answered(number, MODEL))
    emulator.fault(do={"status": 400, "message": OPAQUE}, times=9)

    with pytest.raises(InvalidRequestError) as refusal:
        one.take(turn_of(LONG_TOOL))

    assert ("function names of more than 64" in str(refusal.value)) is blamed


def test_profiles_that_contradict_each_other_are_named_and_not_believed(
    one: Asker,
    emulator: Emulator,
    profiled: Profiled,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    profiled(refused(6, MODEL), refused(16, MODEL), made_at=1_790_000_000.0)
    profiled(answered(6, MODEL), refused(16, MODEL), made_at=1_790_100_000.0)

    one.take(turn_of(FORMAT | WARM))
    one.take(turn_of(FORMAT | WARM))

    for body in bodies(emulator):
        assert has_bounds(body)
        # What both say is believed.
        assert "generation_config" not in body
    [said] = [each for each in caplog.messages if "contradict" in each]
    assert said == (
        f"INTERACTIONS_PROFILE: {tmp_path / 'profile0.json'} (2026-09-21) and "
        f"{tmp_path / 'profile1.json'} (2026-09-22) contradict each other about "
        f"schema-bounds of model:{MODEL} at gemini v1: neither is believed there"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "cannot be read: No such file or directory", id="missing"),
        pytest.param("{", "is no profile of the service: it is not JSON", id="broken"),
        pytest.param("[1]", "is no profile of the service: it has no", id="list"),
        pytest.param(
            '{"schema": 2, "calls": []}',
            "is no profile of the service: its `schema` is 2, and 1 is what is read",
            id="newer",
        ),
    ],
)
def test_a_file_that_is_no_profile_is_named_once_and_nothing_else_happens(
    one: Asker,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    content: str | None,
    why: str,
) -> None:
    path = tmp_path / "profile.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("INTERACTIONS_PROFILE", str(path))

    for _ in range(2):
        one.take(turn_of(FORMAT))

    assert all(has_bounds(body) for body in bodies(emulator))
    [said] = [each.getMessage() for each in caplog.records if each.levelno >= WARNING]
    assert said.startswith(f"INTERACTIONS_PROFILE: {path} {why}")
    assert said.endswith("requests are sent as without it")


def test_an_old_profile_is_told_to_be_old_and_believed(
    one: Asker,
    emulator: Emulator,
    profiled: Profiled,
    caplog: pytest.LogCaptureFixture,
) -> None:
    profiled(refused(6, MODEL), made_at=time.time() - 91 * 24 * HOUR_S)

    one.take(turn_of(FORMAT))

    assert not has_bounds(bodies(emulator)[0])
    assert "the service may have changed" in caplog.text


def test_a_profile_is_read_once(
    one: Asker, emulator: Emulator, profiled: Profiled, tmp_path: Path
) -> None:
    profiled(refused(6, MODEL))
    one.take(turn_of(FORMAT))
    (tmp_path / "profile0.json").write_text(json.dumps({}))

    one.take(turn_of(FORMAT, session_id="another"))

    assert [has_bounds(body) for body in bodies(emulator)] == [False, False]
