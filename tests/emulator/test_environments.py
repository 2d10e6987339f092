"""Environments: made, forked, aged, listed and emptied."""

import base64
import io
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from interactions_emulator import Emulator

NOW = 1_800_000_000.0
DAY_S = 86_400
ANTIGRAVITY = "antigravity-preview-09-2026"
SOURCES = [
    {"type": "inline", "target": "/src/main.py", "content": "print(1)\n"},
    {"type": "inline", "target": "/src/lib/x.bin", "content": "AAEC"}
    | {"encoding": "base64"},
    {"type": "repository", "source": "https://github.com/a/b", "target": "/b"},
]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose clock stands still until it is moved."""
    with Emulator(clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def make(http: Any) -> Callable[..., dict[str, Any]]:
    def make(**body: Any) -> dict[str, Any]:
        answer = http.post("/v1/environments", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


def test_an_environment_is_made_read_listed_and_deleted(make: Any, http: Any) -> None:
    made = make(sources=SOURCES, network="disabled")
    path = f"/v1/environments/{made['id']}"

    read, listed = http.get(path).json(), http.get("/v1/environments").json()
    deleted = http.delete(path)

    assert (made["status"], made["file_count"], made["size_bytes"]) == (
        "active",
        "2",
        "12",
    )
    assert read == made
    assert listed == {"environments": [made]}
    assert (deleted.status_code, deleted.text) == (200, "{}")
    assert http.get(path).status_code == 404


def test_files_are_listed_by_directory(make: Any, http: Any) -> None:
    path = f"/v1/environments/{make(sources=SOURCES)['id']}/files/"

    def listed(rest: str) -> list[tuple[str, str]]:
        files = http.get(path + rest).json()["files"]
        return [(one["path"], one["type"]) for one in files]

    assert listed("") == [("src", "directory")]
    assert listed("src") == [("src/lib", "directory"), ("src/main.py", "file")]
    assert listed("src%2Fmain.py") == [("src/main.py", "file")]
    assert listed("src?recursive=true") == [
        ("src/lib/x.bin", "file"),
        ("src/main.py", "file"),
    ]
    assert http.get(path + "nowhere").status_code == 404


def test_a_file_is_handed_out_with_its_bytes(make: Any, http: Any) -> None:
    path = f"/v1/environments/{make(sources=SOURCES)['id']}/files/"

    text = http.get(path + "src/main.py?alt=media")
    binary = http.get(path + "src/lib/x.bin?alt=media")

    assert (text.text, text.headers["content-type"]) == ("print(1)\n", "text/x-python")
    assert binary.content == base64.b64decode("AAEC")
    assert http.get(path + "src?alt=media").status_code == 404


def test_all_files_are_downloaded_as_a_tar(make: Any, http: Any) -> None:
    """API: docs of managed agents; agno and Google's command line ask for it."""
    path = f"/v1beta/files/environment-{make(sources=SOURCES)['id']}:download"

    answer = http.get(path, params={"alt": "media"})

    assert answer.headers["content-type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.content), mode="r:") as tar:
        assert tar.getnames() == ["src/lib/x.bin", "src/main.py"]
        assert tar.getmember("src/main.py").mtime == NOW
        file = tar.extractfile("src/main.py")
        assert file is not None
        assert file.read() == b"print(1)\n"
    assert http.get(path).status_code == 400
    assert (
        http.get(path.replace("-", "-x", 1), params={"alt": "media"}).status_code == 404
    )


def test_a_fork_has_the_files_but_not_the_id(make: Any, http: Any) -> None:
    origin = make(sources=SOURCES)

    fork = make(from_environment=f"environments/{origin['id']}")

    path = f"/v1/environments/{fork['id']}/files/src/main.py?alt=media"
    assert fork["id"] != origin["id"]
    assert http.get(path).text == "print(1)\n"


def test_an_unused_environment_idles_and_is_gone_after_seven_days(
    make: Any, http: Any, emulator: Emulator
) -> None:
    path = f"/v1/environments/{make()['id']}"

    emulator.advance(15 * 60)
    idle = http.get(path).json()["status"]
    emulator.advance(7 * DAY_S)

    assert idle == "expired"
    assert http.get(path).status_code == 404
    assert http.get("/v1/environments").json() == {"environments": []}


def test_a_run_keeps_its_environment_alive(
    make: Any, http: Any, emulator: Emulator
) -> None:
    environment = make()["id"]
    emulator.advance(6 * DAY_S)
    http.made("Hi.", model=None, agent=ANTIGRAVITY, environment=environment)

    emulator.advance(6 * DAY_S)

    assert http.get(f"/v1/environments/{environment}").status_code == 200


@pytest.mark.parametrize("unknown", ["fc155701-ea68-4846-973f-f2943e35cdde", "x"])
def test_a_run_in_an_unknown_environment_is_refused(http: Any, unknown: str) -> None:
    refused = http.refused("Hi.", model=None, agent=ANTIGRAVITY, environment=unknown)

    assert refused == (404, "Requested entity was not found.")


def test_an_id_with_the_wrong_prefix_makes_a_separate_environment(
    make: Any, http: Any
) -> None:
    """API: live notes, June 2026."""
    known = make()["id"]
    given = {"type": "remote", "environment_id": f"env_{known}"}

    done = http.made("Hi.", model=None, agent=ANTIGRAVITY, environment=given)

    assert done["environment_id"] not in (known, f"env_{known}")
    assert len(http.get("/v1/environments").json()["environments"]) == 2


def test_a_run_may_add_sources_to_its_environment(make: Any, http: Any) -> None:
    known = make()["id"]
    given = {"type": "remote", "environment_id": known, "sources": SOURCES[:1]}

    http.made("Hi.", model=None, agent=ANTIGRAVITY, environment=given)

    assert http.get(f"/v1/environments/{known}").json()["file_count"] == "1"


def test_a_refused_run_leaves_no_environment(http: Any, emulator: Emulator) -> None:
    emulator.script([{"reply": {"error": {"status": 500}}}])

    http.refused("Hi.", model=None, agent=ANTIGRAVITY, environment="remote")

    assert http.get("/v1/environments").json() == {"environments": []}


def test_nothing_leads_out_of_the_root(make: Any, http: Any) -> None:
    escape = {"type": "inline", "target": "../../etc/passwd", "content": "x"}

    path = f"/v1/environments/{make(sources=[escape])['id']}/files/"

    files = http.get(path + "?recursive=true").json()["files"]
    assert [one["path"] for one in files] == ["etc/passwd"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"size": 1}, id="key"),
        pytest.param({"sources": {}}, id="sources"),
        pytest.param({"sources": ["x"]}, id="source"),
        pytest.param({"sources": [{"type": "ftp"}]}, id="source type"),
        pytest.param(
            {"sources": [{"type": "inline", "content": "?", "encoding": "base64"}]},
            id="base64",
        ),
        pytest.param([], id="no object"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(http: Any, body: Any) -> None:
    assert http.post("/v1/environments", json=body).status_code == 400


def test_environments_belong_to_their_key(
    make: Any, emulator: Emulator, connect: Callable[..., Any]
) -> None:
    made = make()

    theirs = connect(emulator, "another key")

    assert theirs.get(f"/v1/environments/{made['id']}").status_code == 404
    assert theirs.get("/v1/environments").json() == {"environments": []}


def test_a_self_hosted_environment_is_made_with_a_key_that_is_shown_once(
    make: Any, http: Any
) -> None:
    """SDK: `environment_key` is only in the answer of the create."""
    config = {"gpu": 1}
    made = make(mode="self_hosted", custom_config=config, system_instruction="Be brief")
    other = make()

    key = made.pop("environment_key")
    own = http.get("/v1/environments", params={"mode": "self_hosted"}).json()
    rest = http.get("/v1/environments", params={"mode": "on_demand"}).json()

    assert len(key) > 20
    assert http.get(f"/v1/environments/{made['id']}").json() == made
    assert (made["mode"], made["custom_config"]) == ("self_hosted", config)
    assert (own, rest) == ({"environments": [made]}, {"environments": [other]})


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "elsewhere"},
        {"custom_config": {}},
        {"mode": "self_hosted", "custom_config": []},
        {"mode": "on_demand", "system_instruction": "Be brief."},
    ],
)
def test_what_only_a_self_hosted_environment_takes_is_refused_by_name(
    body: dict[str, Any], http: Any
) -> None:
    answer = http.post("/v1/environments", json=body)

    name = [*body][-1]
    assert answer.status_code == 400
    assert name in answer.json()["error"]["message"]


@pytest.mark.parametrize("how", ["described", "named"])
def test_an_agent_in_a_self_hosted_environment_is_501(
    how: str, make: Any, http: Any
) -> None:
    given = {"type": "remote", "mode": "self_hosted"}
    where = given if how == "described" else make(mode="self_hosted")["id"]

    body = {"agent": ANTIGRAVITY, "input": "Hi", "environment": where}
    answer = http.post("/v1/interactions", json=body)

    assert answer.status_code == 501
    assert "self-hosted" in answer.json()["error"]["message"]
