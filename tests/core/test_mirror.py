"""What the mirror keeps, and that a replay can be written from it."""

from dataclasses import replace

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.records.interactions import hashes_of
from interactions_core.records.mirror import Mirror, is_redacted, redact, rehydrate
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step, function_result
from tests.core.session import (
    SCOPE,
    Session,
    call,
    model,
    result,
    thought,
    user,
    wires,
)

SIGNED = call("c1", city="Rome").wire | {"signature": "s2"}
HELD = [
    thought("s1") | {"summary": [{"type": "text", "text": "private thought"}]},
    model("let me ").wire,
    thought("s2"),
    model("see").wire,
    SIGNED,
    call("c2", city="Oslo").wire,
]


def test_full_record_comes_back_as_it_was() -> None:
    assert rehydrate(HELD, visible_reply(HELD)) == HELD


def test_skeleton_holds_no_content() -> None:
    kept = repr(redact(HELD))

    assert is_redacted(redact(HELD))
    for private in ("private", "let me", "see", "Rome", "Oslo"):
        assert private not in kept


def test_skeleton_and_list_make_the_reply_again() -> None:
    """Thought summaries are not in the list; the API needs the signature only."""
    again = rehydrate(redact(HELD), visible_reply(HELD))

    assert again == [thought("s1"), *HELD[1:]]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param(
            [call("c1", city="Rome"), call("c2", city="Oslo")],
            [thought("s1"), thought("s2"), *HELD[4:]],
            id="the text beside the calls was dropped",
        ),
        pytest.param(
            [model("let me seeX"), call("c1", city="Rome"), call("c2", city="Oslo")],
            [thought("s1"), *HELD[1:]],
            id="no more text than was held",
        ),
    ],
)
def test_skeleton_takes_what_the_list_has(
    listed: list[Step], expected: list[JsonObject]
) -> None:
    assert rehydrate(redact(HELD), listed) == expected


def test_media_find_their_place_in_a_skeleton() -> None:
    picture = {"type": "image", "mime_type": "image/png", "data": "AAAA"}
    text = {"type": "text", "text": "a"}
    held = [{"type": "model_output", "content": [text, picture, text]}]

    assert "AAAA" not in repr(redact(held))
    assert rehydrate(redact(held), visible_reply(held)) == held


def test_steps_of_server_run_tools_leave_no_bones() -> None:
    """Calls of an agent's own functions would otherwise look unanswered."""
    held = [
        {"type": "google_search_call", "id": "s", "arguments": {"queries": ["q"]}},
        call("own").wire,
        result("own").wire,
        model("found").wire,
    ]

    assert rehydrate(redact(held), [model("found")]) == [model("found").wire]


@pytest.mark.parametrize("mirror", ["full", "signatures"])
def test_both_mirrors_chain_and_replay_alike(mirror: Mirror) -> None:
    session = Session(mirror=mirror)
    held = [thought("s1"), model("see").wire, SIGNED]
    asked, answered = user("q"), call("c1", city="Rome")
    session.ask([asked], held)

    grown = [asked, model("see"), answered, result("c1")]
    chained = session.ask(grown, [thought("s3"), model("sunny").wire])
    session.store.mark_gone(SCOPE, "i1")
    replayed = session.ask([*grown, model("sunny"), user("thanks")])

    assert chained.parent == "i1"
    assert replayed.input == wires(
        [
            asked,
            *held,
            result("c1"),
            thought("s3"),
            model("sunny"),
            user("thanks"),
        ]
    )


@pytest.mark.parametrize(
    ("mirror", "replay"),
    [
        pytest.param(
            "full",
            [user("q"), call("c1"), function_result("c1", "weather", "sunny")],
            id="full",
        ),
        pytest.param("signatures", [user("q"), model("sunny")], id="signatures"),
    ],
)
def test_local_answer_is_replayed_as_far_as_it_is_known(
    mirror: Mirror, replay: list[Step]
) -> None:
    """Without its arguments a call that the list does not show cannot be repeated."""
    session = Session(mirror=mirror)
    session.ask([user("q")], [call("c1").wire])
    told = function_result("c1", "weather", "sunny").wire
    returned = hashes_of([model("sunny")])
    record = session.record("i1")
    session.store.put(replace(record, returned=returned, local_results=(told,)))
    session.store.mark_gone(SCOPE, "i1")

    asked = session.ask([user("q"), model("sunny"), user("thanks")])

    assert asked.input == wires([*replay, user("thanks")])
