"""Built-in tools that are asked before a turn with functions, in a call of their own.

Ours: some models refuse a built-in tool beside functions (python-genai 2761), so that
`combine_tools="separate"` never sends both; the answer is paid for once, recorded
before the turn is sent, and told to it beside the list.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core.exceptions import (
    ConfigurationError,
    InvalidRequestError,
    JobFailedError,
)
from interactions_core.records.interactions import LedgerEntry
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import SqliteStore, open_store
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step, function_call, function_result
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.ask_separately_once import DECLARED, SEARCH, separated
from tests.contract.asking import Asker, give, said, text_of
from tests.contract.conftest import Connect
from tests.oracle.comparison import disagreement, wire_entries
from tests.searches import (
    ANSWER,
    ASIDE,
    FOUND,
    FUNCTION,
    QUESTION,
    SCRIPT,
    SEARCHES,
    creates,
    fail_the_turn,
    posts,
    run_killed,
    texts_of,
    tools_of,
)

WRONG = {"status": 400, "message": "Unknown parameter 'x'."}
ONCE = "tests.contract.ask_separately_once"
HOUR_S = 3_600.0


@pytest.fixture
def searching(emulator: Emulator) -> Emulator:
    emulator.script(SCRIPT)
    return emulator


def answered(reply: Reply) -> tuple[Step, ...]:
    return visible_reply(reply.steps)


def result_of(reply: Reply, text: str = "done") -> Step:
    [call] = [step for step in reply.steps if step["type"] == "function_call"]
    return function_result(str(call["id"]), FUNCTION, text)


def entries(asker: Asker) -> list[LedgerEntry]:
    return [entry for _, entry in asker.store.ledger()]


def test_a_built_in_tool_is_asked_first_as_a_root_and_told_before_the_users_words(
    asker: Asker, searching: Emulator
) -> None:
    reply = asker.take(separated([QUESTION]))

    first, turn = creates(searching)
    assert [tools_of(first), tools_of(turn)] == [["google_search"], [FUNCTION]]
    assert [texts_of(first), texts_of(turn)] == [[QUESTION], [ASIDE, QUESTION]]
    assert "previous_interaction_id" not in first
    assert first["system_instruction"].startswith("Be brief.\n\nFor now only google_")
    assert turn["system_instruction"] == "Be brief."
    assert [reply.separate_id, reply.interaction_id] == [
        row["interaction"] for row in posts(searching)
    ]
    assert reply.reason == "root"


def test_nothing_of_the_separate_answer_is_shown_in_a_stream(
    asker: Asker, searching: Emulator
) -> None:
    searching.script([SEARCHES, {"reply": {"text": "Which day?"}}])

    reply = asker.take(separated([QUESTION]))

    assert text_of(reply) == "Which day?"
    assert asker.shown_text in {"", "Which day?"}
    assert [body.get("stream", False) for body in creates(searching)] == [
        False,
        "stream" in asker.way,
    ]


def test_the_turns_of_a_loop_of_tools_and_the_next_question_are_chained_on_the_turn(
    asker: Asker, searching: Emulator
) -> None:
    steps: list[Step] = [said(QUESTION)]
    called = asker.take(separated(steps))
    steps += [*answered(called), result_of(called)]
    told = asker.take(separated(steps))
    steps += [*answered(told), said("And tomorrow?")]

    asker.take(separated(steps))

    _, turn, loop, first, second = posts(searching)
    assert loop["body"]["previous_interaction_id"] == turn["interaction"]
    assert tools_of(loop["body"]) == [FUNCTION]
    assert tools_of(first["body"]) == ["google_search"]
    assert "previous_interaction_id" not in first["body"]
    assert second["body"]["previous_interaction_id"] == loop["interaction"]
    assert texts_of(second["body"]) == [ASIDE, "And tomorrow?"]
    assert texts_of(first["body"]) == [
        QUESTION,
        '[called get_weather with {"city": "Rome"}]',
        "[result of get_weather: done]",
        ANSWER,
        "And tomorrow?",
    ]
    context = searching.transcript(str(second["interaction"]))
    told = [(step, texts_of({"input": [step]}) == [ASIDE]) for step in context[:-2]]
    assert disagreement(told, wire_entries(step.wire for step in steps)) == ""


def test_words_that_a_framework_puts_behind_results_are_no_new_question(
    asker: Asker, searching: Emulator
) -> None:
    steps = [said(QUESTION)]
    called = asker.take(separated(steps))

    asker.take(
        separated([*steps, *answered(called), result_of(called), said("Analyze it.")])
    )

    assert list(map(tools_of, creates(searching))) == [
        ["google_search"],
        [FUNCTION],
        [FUNCTION],
    ]


def test_another_role_in_the_same_loop_asks_for_itself(
    asker: Asker, searching: Emulator
) -> None:
    steps = [said(QUESTION)]
    called = asker.take(separated(steps))
    handed = [*steps, *answered(called), result_of(called), said("Over to you.")]

    asker.take(separated(handed, system_instruction="You are the other one."))

    assert list(map(tools_of, creates(searching))) == [
        ["google_search"],
        [FUNCTION],
        ["google_search"],
        [FUNCTION],
    ]


@pytest.mark.parametrize("option", [None, "separate"])
def test_tools_of_one_kind_and_unset_options_are_sent_as_they_are(
    asker: Asker, emulator: Emulator, option: str | None
) -> None:
    both = [SEARCH, DECLARED]
    alone = [[SEARCH], [DECLARED]] if option else [[SEARCH], [DECLARED], both]

    for tools in alone:
        asker.take(separated([QUESTION], tools=tools, combine_tools=option))

    assert [body["tools"] for body in creates(emulator)] == alone


def test_nothing_is_asked_where_the_model_may_use_no_tools(
    asker: Asker, searching: Emulator
) -> None:
    asker.take(
        separated([QUESTION], generation_config={"tool_choice": "none", "seed": 3})
    )

    [body] = creates(searching)
    assert tools_of(body) == [FUNCTION]


def test_what_is_about_the_answer_of_the_turn_is_not_sent_with_the_tools(
    asker: Asker, searching: Emulator
) -> None:
    asker.take(
        separated(
            [QUESTION],
            response_format={"type": "text", "mime_type": "application/json"},
            generation_config={
                "tool_choice": "any",
                "seed": 3,
                "stop_sequences": ["."],
            },
        )
    )

    first, turn = creates(searching)
    assert (first["generation_config"], "response_format" in first) == (
        {"seed": 3},
        False,
    )
    assert turn["generation_config"]["stop_sequences"] == ["."]


def test_the_separate_answer_has_its_own_line_and_is_counted_once(
    asker: Asker, searching: Emulator
) -> None:
    reply = asker.take(separated([QUESTION]))

    first, turn = entries(asker)
    assert [first.reason, turn.reason] == ["separate", "root"]
    assert len(posts(searching)) == 2
    assert Usage() not in {first.usage, turn.usage}
    assert reply.usage == first.usage + turn.usage == asker.store.usage()
    assert reply.usage.total_tokens == searching.stats()["tokens"]


def test_an_answer_is_told_again_where_the_turn_was_refused_and_counted_once(
    asker: Asker, searching: Emulator
) -> None:
    fail_the_turn(searching, WRONG)
    with pytest.raises(InvalidRequestError) as refused:
        asker.take(separated([QUESTION]))

    reply = asker.take(separated([QUESTION]))

    assert list(map(tools_of, creates(searching))) == [
        ["google_search"],
        [FUNCTION],
        [FUNCTION],
    ]
    assert texts_of(creates(searching)[2]) == [ASIDE, QUESTION]
    assert refused.value.usage == entries(asker)[0].usage
    assert refused.value.usage + reply.usage == asker.store.usage()


@pytest.mark.parametrize(("age_s", "asked"), [(HOUR_S, 1), (HOUR_S + 1, 2)])
def test_an_answer_that_was_handed_on_is_told_again_for_an_hour(
    asker: Asker, searching: Emulator, clock: Clock, age_s: float, asked: int
) -> None:
    """Ours: what is found on the web grows old."""
    asker.take(separated([QUESTION]))
    clock.advance(age_s)

    asker.take(separated([QUESTION]))

    names = list(map(tools_of, creates(searching)))
    assert names.count(["google_search"]) == asked
    assert names.count([FUNCTION]) == 2


@pytest.mark.parametrize("change", ["tools", "system_instruction"])
def test_another_call_is_asked_for_itself(
    asker: Asker, searching: Emulator, change: str
) -> None:
    other = {
        "tools": [SEARCH, {"type": "url_context"}, DECLARED],
        "system_instruction": "Be long.",
    }
    asker.take(separated([QUESTION]))

    asker.take(separated([QUESTION], **{change: other[change]}))

    asked = [tools_of(body)[0] for body in creates(searching)]
    assert asked == ["google_search", FUNCTION, "google_search", FUNCTION]


def test_the_unstored_turns_of_a_loop_are_told_the_answer_in_its_place(
    asker: Asker, searching: Emulator
) -> None:
    steps = [said(QUESTION)]
    called = asker.take(separated(steps, store=False))

    asker.take(separated([*steps, *answered(called), result_of(called)], store=False))

    first, turn, loop = creates(searching)
    assert [body["store"] for body in (first, turn, loop)] == [False] * 3
    assert texts_of(loop)[:2] == texts_of(turn) == [ASIDE, QUESTION]


def test_a_replay_of_what_the_server_has_lost_tells_the_answer_again(
    asker: Asker, searching: Emulator, clock: Clock
) -> None:
    steps = [said(QUESTION)]
    called = asker.take(separated(steps))
    asker.delete(called)
    clock.advance(120)

    reply = asker.take(separated([*steps, *answered(called), result_of(called)]))

    assert reply.reason == "expired"
    assert texts_of(creates(searching)[-1])[:2] == [ASIDE, QUESTION]
    assert len(posts(searching)) == 4


def test_text_alone_tells_the_answer_too(asker: Asker, searching: Emulator) -> None:
    searching.fault(
        do={"status": 400, "message": "Corrupted thought signature."},
        match={"contains": "asked beforehand"},
    )
    steps = [
        said("Hi"),
        function_call("c", FUNCTION, {}),
        function_result("c", "", "ok"),
    ]

    asker.take(separated([*steps, said(QUESTION)]))

    assert texts_of(creates(searching)[-1])[-2:] == [ASIDE, QUESTION]


def test_an_answer_without_a_tools_work_is_not_told(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Nothing to find out."}}])

    asker.take(separated(["Hi"]))

    assert list(map(texts_of, creates(emulator))) == [["Hi"], ["Hi"]]


def test_an_empty_answer_is_named_in_the_log_and_the_turn_goes_on(
    asker: Asker, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.script(
        [
            {"when": {"has_tool": "google_search"}, "reply": {"steps": []}},
            {"reply": {"text": "Hm."}},
        ]
    )

    reply = asker.take(separated([QUESTION]))

    assert text_of(reply) == "Hm."
    assert texts_of(creates(emulator)[1]) == [QUESTION]
    assert f"{posts(emulator)[0]['interaction']} ended as 'completed'" in caplog.text


@pytest.mark.parametrize("background", [False, True])
def test_a_refusal_of_the_separate_call_says_what_was_asked_and_ends_the_turn(
    asker: Asker, searching: Emulator, *, background: bool
) -> None:
    searching.fault(do=WRONG)

    with pytest.raises(InvalidRequestError, match="the call that asks google_search"):
        asker.take(separated([QUESTION], background=background))

    assert list(map(tools_of, creates(searching))) == [["google_search"]]
    assert asker.store.list_jobs() == []


def test_a_blocked_answer_ends_the_turn_and_is_in_the_ledger(
    asker: Asker, emulator: Emulator
) -> None:
    blocked = {"code": "content_blocked", "message": "The answer was blocked."}
    emulator.script([{"reply": {"status": "failed", "steps": [], "errors": [blocked]}}])

    with pytest.raises(JobFailedError, match="the turn itself was not sent") as raised:
        asker.take(separated([QUESTION]))

    assert len(posts(emulator)) == 1
    assert raised.value.usage == asker.store.usage()
    assert [entry.reason for entry in entries(asker)] == ["separate"]


def test_a_named_parent_is_refused_before_anything_is_sent(
    asker: Asker, emulator: Emulator
) -> None:
    named = separated([QUESTION], previous_interaction_id="v1_parent")

    with pytest.raises(ConfigurationError, match="v1_parent"):
        asker.take(named)

    assert emulator.requests() == []


def test_an_agent_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tools of its own"):
        replace(separated([QUESTION]), target=("agent", "antigravity-preview-09-2026"))


def test_a_background_run_is_told_what_was_asked_before_it_was_begun(
    asker: Asker, searching: Emulator
) -> None:
    reply = asker.take(separated([QUESTION], background=True))

    first, turn = creates(searching)
    assert ("background" in first, turn["background"]) == (False, True)
    assert texts_of(turn) == [ASIDE, QUESTION]
    assert reply.usage == asker.store.usage()


def test_a_model_that_takes_no_background_is_told_the_same_answer(
    asker: Asker, searching: Emulator
) -> None:
    message = "The model does not support background."
    searching.fault(do={"status": 400, "message": message}, match={"background": True})

    reply = asker.take(separated([QUESTION], background=True, foreground_ok=True))

    assert list(map(tools_of, creates(searching))) == [
        ["google_search"],
        [FUNCTION],
        [FUNCTION],
    ]
    assert reply.usage == asker.store.usage()


def test_a_reply_that_the_framework_refuses_is_kept_and_nothing_is_asked_again(
    asker: Asker, searching: Emulator
) -> None:
    class RefusedError(Exception):
        pass

    def refuse(_: Reply) -> Any:
        raise RefusedError

    with pytest.raises(RefusedError):
        give(asker, separated([QUESTION]), refuse)

    kept = asker.take(separated([QUESTION]))

    assert kept.recovered == ("kept",)
    assert kept.usage == Usage()
    assert len(posts(searching)) == 2


@pytest.mark.parametrize("background", [False, True])
def test_a_process_that_is_killed_before_the_turn_does_not_pay_twice(
    connect: Connect, searching: Emulator, tmp_path: Path, *, background: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    for way in ("unary", "async stream"):
        searching.reset()
        searching.script(SCRIPT)
        fail_the_turn(searching, {"status": 503})
        run_killed(ONCE, searching.url, url, way, background)

        reply = connect(way, store=open_store(url)).take(
            replace(separated([QUESTION], background=background), session_id=way)
        )

        names = list(map(tools_of, creates(searching)))
        assert names.count(["google_search"]) == 1
        first = open_store(url).ledger(session_id=way)[0][1]
        assert (first.reason, reply.usage) == (
            "separate",
            open_store(url).usage(session_id=way),
        )


def test_what_was_asked_separately_is_known_to_the_deletion_of_its_thread(
    asker: Asker, searching: Emulator
) -> None:
    asker.take(separated([QUESTION], thread_id="t"))

    known = {one.key for one in asker.store.held_by("t")}

    assert known == {row["interaction"] for row in posts(searching)}


@pytest.mark.parametrize("mirror", ["full", "signatures"])
def test_a_store_without_content_reads_the_answer_from_the_server(
    connect: Connect, searching: Emulator, tmp_path: Path, mirror: Any
) -> None:
    store = SqliteStore(tmp_path / "sessions.db", mirror=mirror)
    asker = connect("unary", store=store)
    fail_the_turn(searching, WRONG)
    with pytest.raises(InvalidRequestError) as refused:
        asker.take(separated([QUESTION]))

    reply = asker.take(separated([QUESTION]))

    names = list(map(tools_of, creates(searching)))
    assert names.count(["google_search"]) == 1
    assert texts_of(creates(searching)[-1]) == [ASIDE, QUESTION]
    assert refused.value.usage + reply.usage == store.usage()
    assert store.usage().total_tokens == searching.stats()["tokens"]
    assert FOUND not in json.dumps([repr(r) for r in _rows(store)]) or mirror == "full"


def _rows(store: SqliteStore) -> Sequence[object]:
    return [store.get(scope, entry.key) for scope, entry in store.ledger()]


def test_media_and_equal_turns_of_other_scopes_share_nothing(
    asker: Asker, searching: Emulator
) -> None:
    turns: list[Turn] = [
        replace(separated([QUESTION]), session_id=name) for name in ("a", "b")
    ]

    for turn in turns:
        asker.take(turn)

    names = list(map(tools_of, creates(searching)))
    assert names.count(["google_search"]) == 2
