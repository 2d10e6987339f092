"""Options that the enterprise platform takes and the Gemini API does not."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.contract.asking import MODEL, WAYS, make_turn
from tests.contract.conftest import Connect
from tests.enterprise import PLATFORM
from tests.live_profiles import answered, refused, write_profile

SAFETY: list[Json] = [{"type": "harassment", "threshold": "block_none"}]
RETRIEVAL: dict[str, Json] = {"type": "retrieval", "retrieval_types": ["rag_store"]}

ONLY_ENTERPRISE = [
    pytest.param({"labels": {"team": "a"}}, "`labels`", id="labels"),
    pytest.param({"safety_settings": SAFETY}, "`safety_settings`", id="safety"),
    pytest.param({"tools": [RETRIEVAL]}, "the tool `retrieval`", id="retrieval"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("settings", "named"), ONLY_ENTERPRISE)
def test_what_the_gemini_api_does_not_take_is_refused_before_it_is_sent(
    connect: Connect,
    emulator: Emulator,
    way: str,
    settings: Mapping[str, Json],
    named: str,
) -> None:
    turn = replace(make_turn(["hello"]), settings=settings)

    with pytest.raises(ConfigurationError) as raised:
        connect(way).take(turn)

    said = str(raised.value)
    assert said.startswith(f"the Gemini API does not take {named}")
    assert "leave it out, or pass vertexai=True" in said
    assert emulator.requests() == []


def test_all_that_the_gemini_api_does_not_take_is_named_at_once(
    connect: Connect,
) -> None:
    settings: dict[str, Json] = {"labels": {"team": "a"}, "safety_settings": SAFETY}

    with pytest.raises(
        ConfigurationError, match=r"`labels`, `safety_settings`; .*them"
    ):
        connect("unary").take(replace(make_turn(["hello"]), settings=settings))


@pytest.mark.parametrize("came", [answered, refused])
def test_labels_are_sent_where_somebody_has_found_that_they_are_taken(
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    came: Callable[[int, str], dict[str, Any]],
) -> None:
    profile = write_profile(tmp_path / "profile.json", came(25, MODEL))
    monkeypatch.setenv("INTERACTIONS_PROFILE", profile)
    turn = replace(make_turn(["hello"]), settings={"labels": {"team": "a"}})

    with Emulator(profile=profile) as service:
        here = connect("unary", base_url=service.url, api_version="v1")
        with nullcontext() if came is answered else pytest.raises(ConfigurationError):
            here.take(turn)

        assert len(service.requests()) == (came is answered)


@pytest.mark.parametrize(("settings", "_named"), ONLY_ENTERPRISE)
def test_the_enterprise_platform_is_sent_all_of_it(
    connect: Connect, emulator: Emulator, settings: Mapping[str, Json], _named: str
) -> None:
    turn = replace(make_turn(["hello"]), settings=settings)

    connect("unary", **PLATFORM).take(turn)

    (request,) = emulator.requests()
    assert "/projects/p/" in request["path"]
    assert request["body"].items() >= settings.items()
