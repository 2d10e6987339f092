"""The pytest plugin, in a pytest of its own."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
PLUGIN = ("-p", "interactions_emulator.plugin", "-p", "no:cacheprovider")
SERVED = """
import json, urllib.request
import pytest

def said(emulator, text):
    body = json.dumps({"model": "gemini-2.5-flash", "input": text}).encode()
    headers = {"x-goog-api-key": "k"}
    request = urllib.request.Request(emulator.url + "/v1/interactions", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["steps"][-1]["content"][0]["text"]
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (pytester.path / "from_ini.json").write_text('[{"reply": {"text": "ini"}}]')
    (pytester.path / "marked.json").write_text('[{"reply": {"text": "marked"}}]')
    return pytester


def test_the_fixture_gives_each_test_its_own_emulator(run: pytest.Pytester) -> None:
    run.makepyfile(
        SERVED + "urls = []\n"
        "def test_one(interactions_emulator):\n"
        "    assert said(interactions_emulator, 'Hi.').startswith('Understood.')\n"
        "    urls.append(interactions_emulator.requests())\n"
        "def test_two(interactions_emulator):\n"
        "    assert interactions_emulator.requests() == []\n"
    )

    result = run.runpytest_subprocess(*PLUGIN)

    result.assert_outcomes(passed=2)


def test_scripts_come_from_the_setting_and_the_marker(run: pytest.Pytester) -> None:
    run.makeini("[pytest]\ninteractions_emulator_script = from_ini.json\n")
    run.makepyfile(
        SERVED + "def test_ini(interactions_emulator):\n"
        "    assert said(interactions_emulator, 'Hi.') == 'ini'\n"
        "@pytest.mark.interactions_emulator('marked.json', retention_s=5)\n"
        "def test_marked(interactions_emulator):\n"
        "    assert said(interactions_emulator, 'Hi.') == 'marked'\n"
        "@pytest.mark.interactions_emulator(script=[{'reply': {'text': 'rules'}}])\n"
        "def test_rules(interactions_emulator):\n"
        "    assert said(interactions_emulator, 'Hi.') == 'rules'\n"
    )

    result = run.runpytest_subprocess(*PLUGIN, "--strict-markers")

    result.assert_outcomes(passed=3)


def test_a_run_without_the_fixture_loads_no_server(run: pytest.Pytester) -> None:
    run.makepyfile(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    assert not {'starlette', 'uvicorn'} & set(sys.modules)\n"
    )

    result = run.runpytest_subprocess(*PLUGIN)

    result.assert_outcomes(passed=1)


def test_the_plugin_is_an_entry_point() -> None:
    root = Path(__file__).parents[2]
    project = (root / "packages" / "emulator" / "pyproject.toml").read_text()

    assert '[project.entry-points.pytest11]\ninteractions_emulator = "int' in project


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("retention=5", "unknown option 'retention', did you mean 'retention_s'?"),
        ("colour='red'", "unknown option 'colour'; it takes port, host, state, script"),
        ("'a.json', 'b.json'", "takes one script without a name, not 2 values"),
        (
            "disputed=['label']",
            "'label' is no point that may be disputed, did you mean",
        ),
    ],
)
def test_a_wrong_marker_is_explained(
    run: pytest.Pytester, marker: str, said: str
) -> None:
    run.makepyfile(
        "import pytest\n"
        f"@pytest.mark.interactions_emulator({marker})\n"
        "def test_marked(interactions_emulator):\n"
        "    pass\n"
    )

    result = run.runpytest_subprocess(*PLUGIN)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])
    assert "Traceback" not in result.stdout.str()


def test_the_marker_says_how_strict_an_emulator_is(run: pytest.Pytester) -> None:
    run.makepyfile(
        SERVED + "from urllib.error import HTTPError\n"
        "def refused(emulator, text):\n"
        "    try:\n"
        "        said(emulator, text)\n"
        "    except HTTPError as error:\n"
        "        return error.code\n"
        "EMPTY = [{'type': 'user_input', 'content': [{'type': 'text', 'text': ''}]}]\n"
        "def test_default(interactions_emulator):\n"
        "    assert refused(interactions_emulator, EMPTY) is None\n"
        "@pytest.mark.interactions_emulator(disputed={'empty-text'}, strict=False)\n"
        "def test_marked(interactions_emulator):\n"
        "    assert refused(interactions_emulator, EMPTY) == 400\n"
    )

    result = run.runpytest_subprocess(*PLUGIN)

    result.assert_outcomes(passed=2)
