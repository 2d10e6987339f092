"""Runs in the background: waited for, found again, and never begun twice."""

from typing import Any

import pytest

from interactions_core import open_store
from interactions_core.exceptions import InteractionsError, LostSubmitError
from interactions_emulator import Emulator
from tests.adapters.conftest import LeaveBehind, MakeDriver
from tests.adapters.talk import bodies, creates, made_again, talk, user
from tests.log_records import JsonLines

RUNS = {"background": True, "poll": (0.01, 0.01)}
DONE: list[Any] = [{"reply": {"text": "Done.", "wait_s": 0.1}}]


def test_run_is_waited_for_in_every_way(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver(**RUNS)
    for number, way in enumerate(driver.ways):
        name = f"My name is Ada, {number}."
        messages = talk(driver, name, "What is my name?", way=way)

        first, second = bodies(emulator)[-2:]
        assert "Ada" in messages[-1]["content"]
        assert (first["background"], second["background"]) == (True, True)
        assert second["previous_interaction_id"]


def test_run_of_a_dead_process_is_gone_on_with(
    make_driver: MakeDriver, leave_behind: LeaveBehind, emulator: Emulator
) -> None:
    emulator.script(DONE)
    leave_behind([user("Hello.")], **RUNS)

    answer = make_driver(**RUNS).ask([user("Hello.")])

    assert answer["content"] == "Done."
    assert len(creates(emulator)) == 1


def test_run_of_a_dead_process_that_was_rooted_anew_answers_nobody(
    make_driver: MakeDriver, leave_behind: LeaveBehind, emulator: Emulator
) -> None:
    """Ours: who dies as soon as it knows the run has not looked at its chain."""
    messages = talk(make_driver(**RUNS), "My name is Ada.")
    messages = [*made_again(messages), user("What is my name?")]
    emulator.fault(do={"reroot": True})
    leave_behind(messages, **RUNS)

    answer = make_driver(**RUNS).ask(messages)

    assert "Your name is Ada." in answer["content"]
    assert "previous_interaction_id" not in creates(emulator)[-1]["body"]


def test_log_record_of_a_run_names_its_job(
    make_driver: MakeDriver, emulator: Emulator, lines: JsonLines
) -> None:
    talk(make_driver(**RUNS), "My name is Ozymandias.")

    [told] = lines.of("answered")
    assert told["job"].startswith("job_")
    assert told["id"] == creates(emulator)[0]["interaction"]
    assert "Ozymandias" not in "\n".join(lines.lines)


def test_answer_that_was_given_is_asked_for_anew(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver(**RUNS)

    talk(driver, "Hello.")
    talk(driver, "Hello.")

    assert len(creates(emulator)) == 2


def test_looks_that_fail_are_no_failed_run(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    emulator.script(DONE)
    failures: list[Any] = [{"status": s} for s in (503, 429, 403)]
    for nth, do in enumerate([*failures, {"close": "before"}], 1):
        emulator.fault(on="get", nth=nth, do=do)

    [_, answer] = talk(make_driver(**RUNS), "Hello.")

    assert answer["content"] == "Done."
    assert len(creates(emulator)) == 1


def test_lost_create_is_told_and_not_sent_again(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"close": "after"})

    with pytest.raises(LostSubmitError, match="job_"):
        talk(make_driver(**RUNS), "Hello.")

    assert len(creates(emulator)) == 1


def test_model_without_background_answers_at_once_where_that_will_do(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    """API: some models refuse the background by this sentence."""
    without = RUNS | {"model": "gemini-2.5-flash"}

    assert talk(make_driver(**without | {"background": "prefer"}), "Hello.")
    with pytest.raises(InteractionsError, match="does not support background"):
        talk(make_driver(**without), "Hello.")

    asked = [body.get("background") for body in bodies(emulator)]
    assert asked == [True, None, True]


def test_webhook_is_told_which_job_it_hears_of(
    make_driver: MakeDriver, emulator: Emulator, shared: Any
) -> None:
    hook = {"uris": ["https://hooks.example/in"]}

    talk(make_driver(webhook_config=hook, **RUNS), "Hello.")

    store = open_store(shared["sessions"])
    [job] = store.list_jobs()
    told = bodies(emulator)[0]["webhook_config"]
    assert told == hook | {"user_metadata": {"interactions_job": job.key}}
