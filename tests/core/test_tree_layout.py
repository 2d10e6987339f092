"""How the turns of a conversation lie in a tree: every one once, branches in order."""

import itertools
import random
from dataclasses import replace

import pytest

from interactions_core.cli.sessions.tree_layout import TreeRow, path_to, tree_rows
from interactions_core.records.conversations import Link, Recorded
from tests.contract.session_records import make_record


def turn(key: str, link_to: str = "", reason: str = "continue") -> Recorded:
    """Make a turn that goes on from another one."""
    link: Link = "chained" if link_to else "none"
    kind = reason if link_to else "root"
    return Recorded(record=make_record(key, reason=kind), link=link, link_to=link_to)


def drawn(rows: list[TreeRow]) -> list[str]:
    """Write rows as what hangs where."""
    return [
        f"{'  ' * row.depth}{row.branch}:{','.join(t.record.key for t in row.turns)}"
        for row in rows
    ]


def test_turns_that_go_on_plainly_share_a_line() -> None:
    turns = [turn("1"), *(turn(str(i), str(i - 1)) for i in range(2, 6))]

    assert drawn(tree_rows(turns)) == ["0:1", "0:2,3,4,5"]
    assert drawn(tree_rows(turns, all_turns=True)) == [
        "0:1",
        "0:2",
        "0:3",
        "0:4",
        "0:5",
    ]


def test_a_branch_is_drawn_where_it_leaves_and_the_line_goes_on_last() -> None:
    turns = [
        *(turn("1"), turn("2", "1"), turn("3", "2"), turn("4", "3")),
        *(turn("f1", "2", "fork"), turn("f2", "f1"), turn("f3", "f2")),
        *(turn("r", "2", "retry"), turn("g", "f1", "fork"), turn("5", "4")),
    ]

    assert drawn(tree_rows(turns)) == [
        *("0:1", "0:2", "  1:f1", "    2:g", "  1:f2,f3", "  3:r", "0:3,4,5"),
    ]


def test_what_is_not_plain_has_a_line_of_its_own() -> None:
    failed = turn("4", "3")
    failed = replace(failed, record=replace(failed.record, status="failed"))
    turns = [
        turn("1"),
        turn("2", "1"),
        turn("3", "2", "expired"),
        failed,
        turn("5", "4"),
    ]

    assert drawn(tree_rows(turns)) == ["0:1", "0:2", "0:3", "0:4", "0:5"]


def random_turns(dice: random.Random) -> list[Recorded]:
    turns: list[Recorded] = []
    for number in range(dice.randint(0, 60)):
        before = dice.choice(["", *(t.record.key for t in turns[-8:])]) if turns else ""
        if turns and dice.random() < 0.7:
            before = turns[-1].record.key
        reason = dice.choice(["continue", "continue", "continue", "fork", "expired"])
        turns.append(turn(f"k{number}", before, reason))
    return turns


def test_every_turn_of_a_random_tree_is_drawn_once_and_in_order() -> None:
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    for _ in range(300):
        turns = random_turns(dice)
        at = {each.record.key: i for i, each in enumerate(turns)}
        for all_turns in (False, True):
            rows = tree_rows(turns, all_turns=all_turns)
            keys = [each.record.key for row in rows for each in row.turns]
            assert sorted(keys, key=at.__getitem__) == [*at], seed
            lines: dict[int, list[TreeRow]] = {}
            for row in rows:
                lines.setdefault(row.branch, []).append(row)
            assert [*lines] == sorted(lines), seed
            for line in lines.values():
                check_line(line, at, seed)
            check_branches(rows, turns, at, seed)


def check_line(line: list[TreeRow], at: dict[str, int], seed: int) -> None:
    """A line goes on from its own turns, and its first and last row are marked."""
    keys = [each.record.key for row in line for each in row.turns]
    goes_on = [each.link_to for row in line for each in row.turns][1:]
    assert goes_on == keys[:-1], seed
    assert [row.is_first for row in line] == [True, *[False] * (len(line) - 1)], seed
    assert [row.is_last for row in line] == [*[False] * (len(line) - 1), True], seed
    assert len({row.depth for row in line}) == 1, seed
    assert all(at[a] < at[b] for a, b in itertools.pairwise(keys)), seed


def check_branches(
    rows: list[TreeRow], turns: list[Recorded], at: dict[str, int], seed: int
) -> None:
    """What leaves a turn comes behind it: the branches by age, then the oldest child."""
    drawn_at = {t.record.key: i for i, row in enumerate(rows) for t in row.turns}
    children: dict[str, list[str]] = {}
    for each in turns:
        if each.link_to:
            children.setdefault(each.link_to, []).append(each.record.key)
    for key, (oldest, *branches) in children.items():
        order = [drawn_at[branch] for branch in branches]
        assert order == sorted(order), seed
        if branches:
            assert drawn_at[key] < order[0], seed
            assert order[-1] < drawn_at[oldest], seed
        assert branches == sorted(branches, key=at.__getitem__), seed


def test_a_path_leads_from_a_first_turn_to_the_one_that_is_asked_for() -> None:
    turns = [turn("1"), turn("2", "1"), turn("f", "1", "fork"), turn("3", "2")]

    assert [each.record.key for each in path_to(turns, "3")] == ["1", "2", "3"]
    assert [each.record.key for each in path_to(turns, "f")] == ["1", "f"]
    assert path_to(turns, "nobody") == []


@pytest.mark.timeout(60)
def test_no_depth_and_no_circle_is_too_much() -> None:
    """A store may have been written by anybody."""
    deep = [turn("0"), turn("0b", "0", "fork")]
    for i in range(1, 3_000):
        deep += [turn(f"{i}", f"{i - 1}b", "fork"), turn(f"{i}b", f"{i - 1}b", "fork")]
    circle = [turn("a", "b"), turn("b", "a"), turn("c", "c")]

    assert sum(len(row.turns) for row in tree_rows(deep)) == len(deep)
    keys = [each.record.key for row in tree_rows(circle) for each in row.turns]
    assert sorted(keys) == ["a", "b", "c"]
    assert [each.record.key for each in path_to(circle, "b")] == ["a", "b"]
