"""What counts as an approval of a plan, what as a refusal, and what as neither."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from interactions_core import PlanDecision
from interactions_core.options.plan_decisions import (
    APPROVALS,
    COURTESIES,
    REFUSALS,
    undecided,
)

APPROVING = [
    "LGTM",
    "Yes, go ahead.",
    "Approved, please proceed",
    "Sounds good, thanks",
    "approve",
    "Looks good to me!",
    "OK",
    "Ok, let's go 👍",
    "👍",
    "I approve this plan.",
    "Yes please, start the research now.",
    "That\u2019s fine, thank you very much.",
    "No objections. Go ahead as planned!",
    "Great plan, go for it",
]

REFUSING = [
    "No.",
    "Yes, but leave out the history.",
    "Not approved",
    "Don't proceed",
    "Don\u2019t start yet",
    "OK, only shorter",
    "I do not approve",
    "Looks good, except for point 2",
    "Sounds good. However, add a section on costs.",
    "Please revise",
    "no, go ahead with something else instead",
    "Stop",
    "Wait, go ahead later",
    "Looks good? No.",
]

NEITHER = [
    "",
    "   ",
    "Thanks",
    "Approved?",
    "Is that ok?",
    "Yes, start with chapter 2.",
    "Hmm",
    "Focus on the years after 2020.",
    "Ja, los geht es.",
    "Mind you.",
    "Go ahead. " * 30,
    "please",
]


@pytest.mark.parametrize("text", APPROVING)
def test_plain_words_approve(text: str) -> None:
    assert PlanDecision.from_words(text) == PlanDecision(approved=True, comments=text)


@pytest.mark.parametrize("text", REFUSING)
def test_a_refusal_and_a_yes_with_a_but_ask_for_another_plan(text: str) -> None:
    assert PlanDecision.from_words(text) == PlanDecision(approved=False, comments=text)


@pytest.mark.parametrize("text", NEITHER)
def test_anything_else_is_neither(text: str) -> None:
    assert PlanDecision.from_words(text) is None


@pytest.mark.parametrize("word", sorted(REFUSALS))
@pytest.mark.parametrize("form", ["yes {}", "{} approved", "looks good, {} go ahead"])
def test_no_approval_holds_beside_a_word_that_refuses(word: str, form: str) -> None:
    decision = PlanDecision.from_words(form.format(word))

    assert decision is not None
    assert not decision.approved


def test_the_page_lists_every_word() -> None:
    page = (Path(__file__).parents[2] / "docs" / "jobs.md").read_text()
    rows = {
        cells[1].strip(): set(re.findall("`(.*?)`", cells[2]))
        for cells in (line.split("|") for line in page.splitlines())
        if len(cells) == 4
    }

    assert rows["approve"] == APPROVALS
    assert rows["may stand beside them"] == COURTESIES
    assert rows["refuse"] == REFUSALS


def test_no_word_both_approves_and_refuses() -> None:
    assert REFUSALS.isdisjoint(APPROVALS | COURTESIES)
    assert APPROVALS.isdisjoint(COURTESIES)


@pytest.mark.parametrize(
    ("value", "decision"),
    [
        pytest.param(PlanDecision(approved=True), PlanDecision(approved=True), id="it"),
        pytest.param(True, PlanDecision(approved=True), id="true"),
        pytest.param(False, PlanDecision(approved=False), id="false"),
        pytest.param("LGTM", PlanDecision(approved=True, comments="LGTM"), id="words"),
        pytest.param(
            {"approved": False, "comments": "Shorter."},
            PlanDecision(approved=False, comments="Shorter."),
            id="a mapping",
        ),
        pytest.param(
            SimpleNamespace(approved=True), PlanDecision(approved=True), id="an object"
        ),
        pytest.param({"type": "approve"}, PlanDecision(approved=True), id="approve"),
        pytest.param(
            {"type": "reject", "message": "Shorter."},
            PlanDecision(approved=False, comments="Shorter."),
            id="reject",
        ),
        pytest.param({"approved": "yes"}, None, id="a text for a truth value"),
        pytest.param({"approved": 1}, None, id="a number for a truth value"),
        pytest.param({}, None, id="an empty mapping"),
        pytest.param(None, None, id="nothing"),
        pytest.param(3, None, id="a number"),
    ],
)
def test_explicit_answers_are_read_as_what_they_are(
    value: object, decision: PlanDecision | None
) -> None:
    assert PlanDecision.read(value) == decision


def test_the_agent_is_told_something_in_any_case() -> None:
    assert PlanDecision(approved=True).text
    assert PlanDecision(approved=False).text
    assert PlanDecision(approved=True, comments="Go.").text == "Go."


def test_whoever_says_neither_is_told_what_that_costs() -> None:
    told = undecided("v1_plan", 1234)

    assert "v1_plan" in told
    assert "1234 tokens" in told
