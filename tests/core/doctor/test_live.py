"""The creates that settle what nobody has recorded, on the emulator."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core.cli.doctor import doctor, live
from interactions_core.client.client import InteractionsClient
from interactions_core.doctor.live import CALLS, Finding, Models, Trial
from interactions_core.exceptions import NotFoundError
from interactions_emulator import Emulator
from tests.core.doctor.looking import KEY
from tests.schemas import check

OPAQUE = "Request contains an invalid argument."


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(doctor, ["--live", *arguments], input=answer)


def tried(client: InteractionsClient, **options: Any) -> dict[int, Finding]:
    trial = Trial(client, Models(), **options)
    return {finding.number: finding for finding in trial.run()}


def test_the_emulator_gives_the_documented_result(client: InteractionsClient) -> None:
    found = tried(client)

    assert [*found] == [call.number for call in CALLS] == [*range(1, 26)]
    assert [one.number for one in found.values() if one.is_new] == []
    assert [one.number for one in found.values() if one.came != "answered"] == [18]
    assert found[3].calls == 2
    assert found[19].events[0] == "interaction.created"


def test_what_was_stored_is_deleted(
    client: InteractionsClient, emulator: Emulator
) -> None:
    tried(client)

    made = [
        str(one["interaction"])
        for one in emulator.requests()
        if one["method"] == "POST"
        and one["path"].endswith("/interactions")
        and one["status"] == 200
        and one["body"].get("store", True)
    ]
    # 24 are answered, and six of those were sent with store=False.
    assert len(made) == emulator.stats()["deletes"] == 18
    for name in made:
        with pytest.raises(NotFoundError):
            client.get(name)


@pytest.mark.parametrize("how", ["silent", "abrupt", "array"])
def test_a_stream_that_breaks_off_leaves_nothing_on_the_server(
    client: InteractionsClient, emulator: Emulator, how: str
) -> None:
    cut = {"truncate_after_events": 3, "how": how}
    emulator.fault(on="create", nth=19, do=cut)

    tried(client)

    assert emulator.stats()["deletes"] == 18


def test_a_plan_is_printed_and_nothing_is_sent_without_a_yes(
    emulator: Emulator,
) -> None:
    done = run(answer="n\n")

    assert done.exit_code == 1
    assert "25  labels, a tier and stop sequences" in done.stdout
    assert "They cost some cents" in done.stdout
    assert emulator.stats()["creates"] == 0
    assert not Path("interactions-profile.json").exists()


def test_lines_say_what_was_settled_expected_and_came(emulator: Emulator) -> None:
    emulator.fault(on="create", nth=6, do={"status": 400, "message": f"{OPAQUE} {KEY}"})

    done = run("--yes")

    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.endswith("refused  <-")]
    assert lines[at].split()[:2] == ["6", "bounds"]
    assert lines[at].split()[-3:] == ["answered", "refused", "<-"]
    assert lines[at + 1] == f"    HTTP 400 invalid_request: {OPAQUE} hidden"
    assert lines[-1].startswith("1 otherwise than documented, 0 not settled; written")


def test_the_profile_holds_neither_content_nor_the_key(emulator: Emulator) -> None:
    emulator.fault(on="create", nth=6, do={"status": 400, "message": KEY})
    run("--yes", "--profile", "profile.json", "--newest", "gemini-3.6-flash")

    text = Path("profile.json").read_text(encoding="utf-8")
    profile = json.loads(text)
    said = {
        str(content["text"])
        for one in emulator.requests()
        for step in (one["body"] or {}).get("input", [])
        for content in step.get("content", [])
        if "text" in content
    }
    assert KEY not in text
    assert said
    assert [each for each in said if each in text] == []
    assert profile["schema"] == 1
    assert profile["platform"] == "gemini"
    assert profile["models"]["newest"] == "gemini-3.6-flash"
    assert [row["number"] for row in profile["calls"]] == [*range(1, 26)]
    assert profile["calls"][5]["is_new"] is True


def test_json_has_the_profile_beside_the_checks() -> None:
    done = run("--yes", "--json")

    found = json.loads(done.stdout)
    check("doctor", found)
    assert found["ok"] is True
    assert found["live"] == json.loads(Path("interactions-profile.json").read_text())


def test_a_model_that_is_not_there_ends_it_after_the_first_create(
    emulator: Emulator,
) -> None:
    done = run("--yes", "--usual", "gemini-no-such-model")

    assert done.exit_code == 1
    assert emulator.stats()["refused"] == 2  # the look of the doctor, and this
    assert emulator.stats()["creates"] == 0


def test_the_quota_is_waited_for_as_long_as_the_service_asks(
    client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", nth=2, do={"status": 429, "retry_after": 7}, times=2)
    slept: list[float] = []

    found = tried(client, sleep=slept.append)

    assert slept == [7.0, 7.0]
    assert found[2].came == "answered"


def test_a_quota_that_is_used_up_settles_nothing(
    client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", nth=25, do={"status": 429}, times=99)

    found = tried(client, sleep=lambda _: None)

    assert (found[25].came, found[25].is_new) == ("unanswered", False)


@pytest.mark.parametrize(
    ("arguments", "message", "tier"),
    [
        ([], "", ""),
        (["--tier", "paid"], "", "paid"),
        ([], "Quota exceeded: generate_content_free_tier_requests.", "free"),
        (["--tier", "paid"], "generate_content_free_tier_requests", "paid"),
    ],
)
def test_the_profile_says_what_kind_of_key_was_used(
    emulator: Emulator, arguments: list[str], message: str, tier: str
) -> None:
    if message:
        do = {"status": 429, "message": message, "retry_after": 0.001}
        emulator.fault(on="create", nth=2, do=do)

    assert run("--yes", *arguments).exit_code == 0

    profile = json.loads(Path("interactions-profile.json").read_text())
    assert profile["key_tier"] == tier


def test_a_new_parent_is_waited_for_and_that_is_found(
    client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"hide_s": 3.0})

    found = tried(client, sleep=emulator.advance)

    assert found[2].came == "answered"
    assert found[2].waited_s == 3.0


def test_a_call_that_needs_another_is_not_asked_without_it(
    client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", nth=3, do={"status": 400}, times=2)

    found = tried(client)

    assert [n for n, one in found.items() if one.came == "not asked"] == [
        4,
        5,
        13,
        14,
        18,
    ]


def test_what_others_need_is_asked_again_with_nothing_that_is_not_recorded(
    client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", nth=3, do={"status": 400})

    found = tried(client)

    asked = [one["body"] for one in emulator.requests() if one["method"] == "POST"]
    [refused, again] = [body["tools"][0]["parameters"] for body in asked[2:4]]
    assert "title" in refused
    assert set(again) == {"type", "properties", "required"}
    assert [n for n, one in found.items() if one.came != "answered"] == [3, 18]
    assert emulator.stats()["deletes"] == 18


def test_what_cannot_be_deleted_is_named(emulator: Emulator) -> None:
    emulator.fault(on="delete", do={"status": 503})

    done = run("--yes")

    assert done.exit_code == 1
    assert "not deleted: v1_" in done.stdout


def test_an_interrupted_run_deletes_and_keeps_what_it_has_found(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = live.finding_lines

    def interrupt(finding: Finding) -> Any:
        if finding.number == 4:
            raise KeyboardInterrupt
        return lines(finding)

    monkeypatch.setattr(live, "finding_lines", interrupt)

    done = run("--yes")

    assert done.exit_code == 1
    assert emulator.stats()["deletes"] == emulator.stats()["creates"] == 4
    profile = json.loads(Path("interactions-profile.json").read_text())
    assert len(profile["calls"]) == 4


def test_a_profile_that_is_there_is_replaced_with_a_word(emulator: Emulator) -> None:
    Path("mine.json").write_text("{}", encoding="utf-8")

    done = run("--profile", "mine.json", answer="n\n")

    assert "mine.json, which is there, is replaced" in done.stdout
    assert Path("mine.json").read_text(encoding="utf-8") == "{}"
    assert emulator.stats()["creates"] == 0


def test_a_profile_that_cannot_be_written_is_told_before_anything_is_sent(
    emulator: Emulator,
) -> None:
    done = run("--yes", "--profile", "no/such/folder.json")

    assert done.exit_code == 2
    assert "there is no folder" in done.stderr
    assert emulator.stats()["creates"] == 0


def test_live_and_offline_are_not_for_one_call() -> None:
    assert run("--offline").exit_code == 2
