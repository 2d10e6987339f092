"""The outlines of requests, in every store: what is kept, found, copied and erased."""

import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.records.outlines import DEEPEST, NEAREST_OF, Sketch, keyed_mark
from interactions_core.stores import MemoryStore, SessionStore, SqliteStore
from interactions_core.stores.sql.interactions import outline_rows
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import Step, model_output, user_input
from tests.contract.session_records import SCOPE, make_entry, make_record

OTHER_ACCOUNT = replace(SCOPE, credential="gemini|host|another")


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def said(*texts: str) -> list[Step]:
    """Make a list in which user and model take turns."""
    makers = (user_input, model_output)
    return [makers[i % 2]([text_part(text)]) for i, text in enumerate(texts)]


def put(
    store: SessionStore,
    key: str,
    steps: Sequence[Step],
    *,
    scope: object = SCOPE,
    reply: str = "",
    **sketch: object,
) -> None:
    """Record an answer to a list."""
    answer = [model_output([text_part(reply)])] if reply else []
    made = replace(Sketch(steps=steps, reply=answer), **sketch)
    store.put(make_record(key, scope=scope), make_entry(key), sketch=made)


def test_a_conversation_is_put_together_from_what_each_turn_adds(
    store: SessionStore,
) -> None:
    """Ours: what is kept of each turn is new, but for the whole every so often."""
    texts = [f"text {i}" for i in range(6 * DEEPEST)]
    for i in range(1, len(texts), 2):
        base = f"i{i - 2}" if i > 1 else ""
        shared = i - 2 if i > 1 else 0
        put(
            store,
            f"i{i}",
            said(*texts[:i]),
            reply=texts[i],
            base=base,
            shared=shared,
        )

    secret, last = store.secret(), len(texts) - 1
    for i in (1, DEEPEST, DEEPEST + 1, 2 * DEEPEST - 1, 2 * DEEPEST + 1, last):
        outline = store.find_outline(SCOPE, f"i{i | 1}")
        assert outline is not None
        marks = [keyed_mark(step.mark, secret) for step in said(*texts[: (i | 1) + 1])]
        assert [shape.mark for shape in outline.shapes] == marks
        assert outline.asked == i | 1


def test_a_turn_whose_parent_has_no_outline_keeps_its_own_whole(
    store: SessionStore,
) -> None:
    """Ours: an older release beside this one writes none."""
    store.put(make_record("older"), make_entry("older"))

    put(store, "newer", said("One", "Eins", "Two"), base="older", shared=1)

    outline = store.find_outline(SCOPE, "newer")
    assert outline is not None
    assert len(outline.list) == 3
    assert store.find_outline(SCOPE, "older") is None


def test_what_sent_everything_without_an_outline_is_counted_but_for_the_first(
    store: SessionStore,
) -> None:
    """Ours: of the first of a scope it is known that nothing was before it."""
    for key in ("first", "second", "third"):
        store.put(make_record(key), replace(make_entry(key), reason="root"))
    store.put(make_record("chained"), replace(make_entry("chained"), reason="continue"))
    told = Sketch(steps=said("One"), seeks=True)
    store.put(
        make_record("told"), replace(make_entry("told"), reason="root"), sketch=told
    )
    other = replace(SCOPE, session_id="another")
    store.put(make_record("a", scope=other), replace(make_entry("a"), reason="root"))

    assert store.count_without_outline() == 2


def test_the_nearest_has_the_most_leading_steps_in_common(store: SessionStore) -> None:
    put(store, "a", said("One"), reply="Eins")
    put(store, "b", said("One", "Eins", "Two"), reply="Zwei")
    put(store, "c", said("One", "Eins", "Three"), reply="Drei")

    put(store, "new", said("One", "Eins", "Two", "Deux", "Four"), seeks=True)

    outline = store.find_outline(SCOPE, "new")
    assert outline is not None
    assert (outline.nearest, outline.differs, outline.sought) == ("b", 4, True)


def test_the_nearest_is_sought_among_the_newest_only(store: SessionStore) -> None:
    """Ours: the search is bounded, however long a conversation is."""
    put(store, "old", said("One"), reply="Eins")
    for i in range(NEAREST_OF - 1):
        put(store, f"i{i}", said(f"Other {i}"), reply="Else")
    put(store, "found", said("One", "Eins", "Two"), seeks=True)
    put(store, "further", said("Else"))

    put(store, "lost", said("Unlike", "Eins", "Two"), seeks=True)

    found, lost = (store.find_outline(SCOPE, key) for key in ("found", "lost"))
    assert found is not None
    assert lost is not None
    assert found.nearest == "old"
    assert lost.nearest == "found"


def test_a_list_that_has_nothing_in_common_has_no_nearest(store: SessionStore) -> None:
    put(store, "a", said("One"), reply="Eins")
    put(store, "elsewhere", said("Un"), reply="Deux", place="another agent")

    put(store, "new", said("Un"), seeks=True)

    outline = store.find_outline(SCOPE, "new")
    assert outline is not None
    assert (outline.nearest, outline.differs, outline.sought) == ("", 0, True)


def test_of_another_account_it_is_known_that_it_began_alike_and_nothing_else(
    store: SessionStore,
) -> None:
    put(store, "a", said("One"), reply="Eins", scope=OTHER_ACCOUNT)
    put(store, "alike", said("One", "Eins", "Two"), seeks=True)
    put(store, "unlike", said("One", "Uno", "Two"), seeks=True)

    alike = store.find_outline(SCOPE, "alike")

    assert alike is not None
    assert alike.nearest == ""
    assert store.is_known_elsewhere(SCOPE, "alike")
    assert not store.is_known_elsewhere(SCOPE, "unlike")


def test_an_outline_stays_when_its_record_is_written_again(store: SessionStore) -> None:
    put(store, "a", said("One"), reply="Eins")

    store.put(make_record("a", status="incomplete"))
    put(store, "a", said("Other"))

    outline = store.find_outline(SCOPE, "a")
    assert outline is not None
    assert len(outline.shapes) == 2


def test_a_copied_thread_has_the_outlines_of_the_other(store: SessionStore) -> None:
    put(store, "a", said("One"), reply="Eins")
    put(store, "b", said("One", "Eins", "Two"), base="a", shared=1)

    store.copy_thread(SCOPE.thread_id, "copy")

    copied = store.find_outline(replace(SCOPE, thread_id="copy"), "b")
    assert copied == store.find_outline(SCOPE, "b")
    assert copied is not None


def test_a_deleted_thread_leaves_no_outline(store: SessionStore) -> None:
    put(store, "a", said("One"), reply="Eins")

    store.delete_thread(SCOPE.thread_id)

    assert store.find_outline(SCOPE, "a") is None
    assert store.locate("a") == []


def test_of_a_deleted_thread_no_mark_is_left_in_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    put(store, "a", said("swordfish", "yes"), reply="Eins", system="Be brief.")
    marks = [keyed_mark(step.mark, store.secret()) for step in said("swordfish", "yes")]
    before = bytes_in(tmp_path)

    store.delete_thread(SCOPE.thread_id)

    after = bytes_in(tmp_path)
    assert all(mark in before for mark in marks)
    assert not any(mark in after for mark in marks)
    store.close()


def test_marks_are_keyed_so_that_short_texts_cannot_be_tried(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db", mirror="signatures")

    put(store, "a", said("yes", "no"))

    kept = bytes_in(tmp_path)
    marks = [step.mark for step in said("yes", "no")]
    assert not any(mark[:16] in kept or mark[-16:] in kept for mark in marks)
    store.close()


def test_the_nearest_is_looked_up_in_an_index(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sessions.db")

    with store.database.reading() as db:
        rows = db.execute(
            f"EXPLAIN QUERY PLAN {outline_rows.NEWEST}", ("c", "s", "t", "p", "b")
        ).fetchall()
    store.close()

    steps = [row[3] for row in rows if "outlines" in row[3] or "older" in row[3]]
    assert len(steps) == 3
    assert all(step.startswith("SEARCH") for step in steps)


def test_in_random_lists_the_nearest_is_the_one_that_trying_all_finds() -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance, store = random.Random(seed), MemoryStore()
    lists = [said(*chance.choices("abc", k=chance.randint(1, 8))) for _ in range(30)]
    for i, steps in enumerate(lists):
        put(store, f"i{i}", steps)

    for number in range(20):
        steps = said(*chance.choices("abc", k=chance.randint(1, 8)))
        scope = replace(SCOPE, session_id=f"{number}")
        for i, other in enumerate(lists):
            put(store, f"i{i}", other, scope=scope)
        put(store, "new", steps, scope=scope, seeks=True)
        outline = store.find_outline(scope, "new")
        assert outline is not None
        longest = max(leading(steps, other) for other in lists)
        found = lists[int(outline.nearest[1:])] if outline.nearest else []
        assert leading(steps, found) == longest


def leading(one: Sequence[Step], other: Sequence[Step]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count].mark == other[count].mark:
        count += 1
    return count


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
