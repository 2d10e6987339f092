"""Core and the emulator read a live profile alike, each with a table of its own."""

import itertools
import json
import os
from pathlib import Path

import pytest

from interactions_core.doctor.live import CALLS
from interactions_core.profiles import points
from interactions_core.profiles.agreement import agree
from interactions_core.profiles.reading import read_profile
from interactions_emulator.base import live_profiles
from interactions_emulator.base.points import POINTS
from tests.live_profiles import OPAQUE, answered, refused, write_profile

MODEL = "gemini-3.5-flash"
MESSAGES = (
    *(OPAQUE, "Unknown parameter 'service_tier'.", "Corrupted thought signature."),
    *("A $ref may not have siblings.", "The function is not declared.", ""),
)
OUTCOMES = [
    *(("answered", 200, "", ""),),
    *(("refused", 400, "invalid_request", text) for text in MESSAGES),
    *(("refused", 400, "safety", OPAQUE), ("refused", 501, "not_implemented", "No.")),
    *(("refused", 404, "not_found", "Model not found."), ("not asked", None, "", "")),
    ("unanswered", 429, "", ""),
]


def test_both_tables_say_the_same_of_every_create() -> None:
    assert dict(live_profiles.CALLS) == dict(points.POINTS)
    assert dict(live_profiles.WORDS) == dict(points.WORDS)
    assert points.POINTS.keys() == {call.number for call in CALLS} - {1}


def test_what_a_form_is_changed_for_is_a_point_that_a_create_asks() -> None:
    asked = {point for names in points.POINTS.values() for point in names}

    assert points.CHANGES.keys() <= asked
    assert points.WORDS.keys() <= asked
    # Beside these the emulator looks for what no report disputes.
    assert points.CHANGES.keys() - POINTS.keys() == {"background"}


@pytest.mark.parametrize("number", sorted(points.POINTS))
def test_both_read_the_same_out_of_a_file(number: int, tmp_path: Path) -> None:
    without = ("", "answered", "refused")
    for (came, status, code, message), otherwise in itertools.product(
        OUTCOMES, without
    ):
        call = {"number": number, "model": MODEL, "came": came, "otherwise": otherwise}
        path = write_profile(
            tmp_path / "profile.json",
            {**call, "status": status, "code": code, "message": message},
        )

        core = read_profile(path, Path(path).read_text(encoding="utf-8"))
        found = live_profiles.read_profiles(path).outcomes_of("gemini", "v1", MODEL)

        assert {one.point: one.came == "refused" for one in core.settled} == {
            point: outcome.refused for point, outcome in found.items()
        }
        refusals = [outcome for outcome in found.values() if outcome.refused]
        assert all(outcome.text == message for outcome in refusals)


def test_what_was_answered_without_the_first_point_settles_the_others(
    tmp_path: Path,
) -> None:
    call = {**refused(25, MODEL, "labels is not available."), "otherwise": "answered"}
    path = write_profile(tmp_path / "profile.json", call)

    core = read_profile(path, Path(path).read_text(encoding="utf-8"))

    assert {one.point: one.came for one in core.settled} == {
        "labels": "refused",
        "service-tier": "answered",
        "stop-sequences": "answered",
    }


def test_both_disbelieve_the_same(tmp_path: Path) -> None:
    kinds = [answered(6, MODEL), refused(6, MODEL), refused(16, MODEL)]
    for calls in itertools.product(kinds, repeat=2):
        paths = [
            write_profile(tmp_path / f"{i}.json", call) for i, call in enumerate(calls)
        ]
        together = os.pathsep.join(paths)

        believed = agree([read_profile(path, Path(path).read_text()) for path in paths])
        found = live_profiles.read_profiles(together)

        assert {asked.point for asked in believed.held} == {
            asked.point for asked in found.outcomes
        }


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        "{}",
        json.dumps({"schema": 2, "calls": []}),
        json.dumps({"schema": 1, "calls": {}}),
        json.dumps({"schema": 1, "calls": [], "made_at": "today"}),
        json.dumps({"schema": 1, "calls": [], "made_at": 1.0, "platform": ""}),
        json.dumps(
            {
                "schema": 1,
                "calls": [{"number": 6, "came": "answered"}],
                "made_at": 1.0,
                "platform": "gemini",
                "host": "h",
                "api_version": "v1",
            }
        ),
    ],
)
def test_both_refuse_what_is_no_profile(text: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(text)
    said = f"{path} is no profile of the service: "

    with pytest.raises(ValueError, match="is no profile") as core:
        read_profile(str(path), text)
    with pytest.raises(ValueError, match="is no profile") as emulator:
        live_profiles.read_profiles(path)

    assert str(core.value).startswith(said)
    assert str(emulator.value).startswith(said)
