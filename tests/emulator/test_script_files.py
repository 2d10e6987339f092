"""Scripts in files, and what a strict one says about a request it has no rule for."""

import sys
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from interactions_emulator.answering.script_files import load_script
from tests.emulator.results import result_of

YAML = """
strict: true
rules:
  - when: {last_user_contains: weather, last_step: user_input}
    reply:
      thought: The user wants the weather.
      calls:
        - {name: get_weather, arguments: {location: Paris}}
  - when: {last_step: function_result}
    reply: {text: Sunny.}
  - when: {last_user_contains: slow}
    reply: {text: At last., wait_s: 3}
  - when: {last_user_contains: broken}
    reply: {error: {status: 503}}
  - when: {last_user_contains: twice}
    sequence:
      - {text: One.}
      - {text: Two.}
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.yaml"
    path.write_text(YAML)
    return path


def test_a_yaml_script_calls_and_answers(
    connect: Any, script: Path, weather: Any, answer_text: Any
) -> None:
    with Emulator(script=script) as emulator:
        http = connect(emulator)
        called = http.made("The weather?", tools=[weather])
        call = called["steps"][-1]
        result = result_of(call, "sun")
        told = http.made([result], previous_interaction_id=called["id"])

    assert call["arguments"] == {"location": "Paris"}
    assert called["steps"][0]["summary"][0]["text"] == "The user wants the weather."
    assert answer_text(told) == "Sunny."


def test_a_yaml_script_fails_and_follows_sequences(
    connect: Any, script: Path, answer_text: Any
) -> None:
    with Emulator(script=str(script)) as emulator:
        http = connect(emulator)
        status, _ = http.refused("It is broken.")
        texts = [answer_text(http.made("Do it twice.")) for _ in range(2)]

    assert status == 503
    assert texts == ["One.", "Two."]


def test_a_strict_miss_names_the_nearest_rule_and_what_it_found(
    connect: Any, script: Path
) -> None:
    with Emulator(script=script) as emulator:
        status, message = connect(emulator).refused("Tell me a joke.")

    assert status == 400
    assert message == (
        "No scripted reply for turn 1 ('Tell me a joke.'). Nearest is rule 1:"
        " last_user_contains 'weather' is not met: found 'Tell me a joke.'."
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("script.json", '[{"reply": {"text": "Hi."}}]'),
        ("script.yml", "- reply: {text: Hi.}"),
        ("script.py", 'script = [{"reply": {"text": "H" + "i."}}]'),
    ],
)
def test_json_yaml_and_python_say_the_same(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert load_script(path) == [{"reply": {"text": "Hi."}}]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("script.json", "{", "cannot be read"),
        ("script.yaml", "a: [", "cannot be read"),
        ("script.py", "rules = []", "must define `script`"),
        ("script.txt", "", "must end in one of .json"),
    ],
)
def test_an_unreadable_file_is_named(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(ValueError, match=problem) as raised:
        load_script(path)

    assert name in str(raised.value)


def test_without_pyyaml_what_to_install_is_named(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)

    with pytest.raises(ValueError, match="pip install pyyaml"):
        load_script(script)


def test_a_running_emulator_takes_a_file(
    emulator: Emulator, http: Any, script: Path, answer_text: Any
) -> None:
    emulator.script(script)

    assert answer_text(http.made("Do it twice.")) == "One."


def test_the_documented_script_can_be_read(emulator: Emulator, tmp_path: Path) -> None:
    document = Path(__file__).parents[2] / "docs" / "emulator.md"
    path = tmp_path / "documented.yaml"
    path.write_text(document.read_text().split("```yaml\n")[1].split("```")[0])

    emulator.script(path)
