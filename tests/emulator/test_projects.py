"""Keys of one project see the same interactions; every other key is alone."""

import httpx
import pytest

from interactions_emulator import Emulator
from tests.emulator.conftest import FLASH
from tests.emulator.test_command import run
from tests.patience import PATIENCE_S

PROJECTS = {"acme": ["january", "february"], "other": ["march"]}


def connect(emulator: Emulator, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=emulator.url, headers={"x-goog-api-key": key}, timeout=PATIENCE_S
    )


def create(emulator: Emulator, key: str, **body: str) -> httpx.Response:
    asked = {"model": FLASH, "input": "Hello", **body}
    with connect(emulator, key) as client:
        return client.post("/v1/interactions", json=asked)


def status_for(emulator: Emulator, key: str, name: str) -> int:
    with connect(emulator, key) as client:
        return client.get(f"/v1/interactions/{name}").status_code


def test_a_later_key_of_the_project_goes_on_where_the_first_stopped() -> None:
    with Emulator(projects=PROJECTS) as emulator:
        name = create(emulator, "january").json()["id"]
        before = emulator.transcript(name)

        answer = create(emulator, "february", previous_interaction_id=name)

        assert answer.status_code == 200
        assert emulator.transcript(answer.json()["id"])[: len(before)] == before


@pytest.mark.parametrize("key", ["march", "a key of no project"])
def test_other_keys_see_nothing_of_the_project(key: str) -> None:
    with Emulator(projects=PROJECTS) as emulator:
        name = create(emulator, "january").json()["id"]

        assert status_for(emulator, key, name) == 404
        assert status_for(emulator, "february", name) == 200


def test_keys_of_projects_are_accepted_beside_the_given_ones() -> None:
    with Emulator(projects=PROJECTS, api_keys={"right"}) as emulator:
        codes = [create(emulator, key).status_code for key in ("march", "right", "no")]

    assert codes == [200, 200, 400]


def test_a_key_in_two_projects_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="in two projects, 'a' and 'b'") as caught:
        Emulator(projects={"a": ["qwertz"], "b": ["qwertz"]})

    assert "qwertz" not in str(caught.value)


def test_a_command_line_without_keys_says_how_they_are_written() -> None:
    code, error = run("--project", "qwertz")

    assert code == 2
    assert "written as NAME=KEY,KEY" in error
    assert "qwertz" not in error.splitlines()[-1]
