"""How turns lie in the tree of the page, on random conversations."""

from hypothesis import given
from hypothesis import strategies as st

from interactions_core.page.axis import GAP_S, axis_of
from interactions_core.page.layout import NONE, layout_of, links_of, spans_of


@st.composite
def links(draw: st.DrawFn) -> list[int]:
    count = draw(st.integers(1, 60))
    return [draw(st.integers(NONE, row - 1)) for row in range(count)]


def cells(tree: list[int]) -> list[tuple[int, int]]:
    layout = layout_of(tree)
    spans = spans_of(tree, layout.branches)
    return [
        (layout.lanes[branch], row)
        for branch, (first, last) in enumerate(spans)
        for row in range(first, last + 1)
    ]


@given(links())
def test_no_two_branches_share_a_cell(tree: list[int]) -> None:
    found = cells(tree)
    assert len(found) == len(set(found))


@given(links(), st.data())
def test_a_fork_that_comes_later_moves_no_older_turn(
    tree: list[int], data: st.DataObject
) -> None:
    continued = [row for row in range(len(tree)) if row in tree]
    before = layout_of(tree)
    forked = data.draw(st.sampled_from(continued or [NONE]))
    after = layout_of([*tree, forked])
    assert after.branches[:-1] == before.branches
    assert after.lanes[: len(before.lanes)] == before.lanes


@given(links())
def test_the_oldest_that_goes_on_stays_in_its_branch(tree: list[int]) -> None:
    branches = layout_of(tree).branches
    for row, before in enumerate(tree):
        is_oldest = before != NONE and tree.index(before) == row
        assert (before != NONE and branches[row] == branches[before]) == is_oldest


def test_a_turn_goes_on_from_one_that_is_before_it() -> None:
    named = [("a", "later"), ("b", "a"), ("later", "b"), ("c", "nowhere")]
    assert links_of(named) == [NONE, 0, 1, NONE]


times = st.lists(st.integers(0, 10**7).map(float), min_size=1, max_size=80)


@given(times, st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**5))))
def test_the_whole_thread_is_on_the_axis_in_the_order_of_time(
    when: list[float], jobs: list[tuple[int, int]]
) -> None:
    axis = axis_of(when, [(float(at), float(at + took)) for at, took in jobs])
    assert [*axis.times] == sorted(axis.times)
    assert {*when} <= {*axis.times}
    places = [axis.place(at) for at in axis.times]
    assert places == sorted({*places})
    assert places[0] == 0


def test_a_long_pause_is_a_gap_unless_a_job_ran() -> None:
    long = GAP_S + 60
    assert axis_of([0.0, long], []).gaps == ((1.5, long),)
    assert axis_of([0.0, long], [(0.0, long)]).gaps == ()
