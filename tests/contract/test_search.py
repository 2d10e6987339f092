"""What a store finds by words and names, the same in every store."""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.stores import MemoryStore, SessionStore, open_store
from tests.contract.search_cases import CASES, TEXTS
from tests.contract.searching import found, index, keys_of, say
from tests.contract.session_records import SCOPE, make_entry, make_job, make_record

OTHER = replace(SCOPE, session_id="elsewhere", thread_id="another thread")
PIECES = (
    *("red", "Shoe", "shoes", "a", "12", "3.4", "caf\u00e9", "\u6771", "\u4eac\u90fd"),
    *('"', "*", "-", " ", " ", "_", ".", "AND", "NEAR(", ")", "'", "\\", "%", "\x00"),
    *("\ud83d", "\U0001f44d", "\u0e02\u0e49", "\n", ":*", "&", "|", "!", "{", "^"),
)


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


@pytest.mark.parametrize("prepare", [index, lambda _: None], ids=["index", "scan"])
def test_all_stores_agree_on_what_a_query_finds(
    store: SessionStore, prepare: Callable[[SessionStore], None]
) -> None:
    for key, text in TEXTS.items():
        say(store, key, text, held=())
    prepare(store)

    wrong = {
        query: (got, wanted)
        for query, wanted in CASES.items()
        if (got := found(store, query)) != wanted
    }

    assert wrong == {}


def test_all_stores_agree_on_random_texts_and_queries(
    tmp_path: Path, postgres_url: str
) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    stores = [
        MemoryStore(),
        open_store(f"sqlite:///{tmp_path}/sessions.db"),
        open_store(postgres_url),
    ]
    for number in range(30):
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 12)))
        for store in stores:
            say(store, f"i{number}", f"{number} {text}")
    for store in stores:
        index(store)

    queries = [
        "".join(chance.choices(PIECES, k=chance.randint(1, 4))) for _ in range(250)
    ]
    results = [[found(store, query) for query in queries] for store in stores]
    for store in stores:
        store.close()

    for query, *sets in zip(queries, *results, strict=True):
        assert sets[0] == sets[1] == sets[2], query
    assert sum(map(bool, results[0])) > 20


def test_calls_and_results_are_found_and_what_is_not_said_is_not(
    store: SessionStore,
) -> None:
    call = {
        "type": "function_call",
        "id": "call_1",
        "name": "book_table",
        "arguments": {"guests": 7, "where": {"city": ["Lisbon", None, True]}},
    }
    result = {
        "type": "function_result",
        "call_id": "call_1",
        "result": [
            {"type": "text", "text": "booked"},
            {"type": "image", "data": "AAAA"},
        ],
    }
    plain = {"type": "function_result", "call_id": "c", "result": {"seats": "window"}}
    thought = {"type": "thought", "summary": "pondering", "signature": "c2ln"}
    say(store, "a", "hello", held=(thought, call, result, plain))
    index(store)

    for text in ("book_table", "guests 7", "lisbon", "city", "booked", "seats window"):
        assert found(store, text) == {"a"}, text
    for text in ("pondering", "c2ln", "AAAA", "call_1", "function", "true", "none"):
        assert found(store, text) == set(), text


def test_only_what_is_asked_about_is_found(store: SessionStore) -> None:
    say(store, "a", "shoes")
    say(store, "b", "shoes", scope=OTHER)
    index(store)

    assert found(store, "shoes") == {"a", "b"}
    assert found(store, "shoes", thread_id="another thread") == {"b"}
    assert found(store, "shoes", session_id="tenant") == {"a"}
    assert (
        found(store, "shoes", session_id="tenant", thread_id="another thread") == set()
    )
    assert found(store, '"the shoes"', thread_id="another thread") == set()


@pytest.mark.parametrize("text", ["shoes", '"red shoes"'])
def test_the_newest_come_first_and_no_more_than_are_wanted(
    store: SessionStore, text: str
) -> None:
    for number in (3, 1, 2, 5, 4):
        say(store, f"i{number}", "red shoes", created_at=1_000.0 + number)
    index(store)

    some = store.search(text, limit=3)
    everything = store.search(text, limit=5)

    assert [hit.key for hit in some.found] == ["i5", "i4", "i3"]
    assert some.more
    assert len(everything.found) == 5
    assert not everything.more


@pytest.mark.parametrize("text", ["shoes", '"red shoes"'])
def test_words_that_are_out_of_date_take_no_place_of_others(
    store: SessionStore, text: str
) -> None:
    for number in range(7):
        say(store, f"i{number}", "red shoes", created_at=1_000.0 + number)
    index(store)
    for number in range(3, 7):
        say(store, f"i{number}", "blue hats", created_at=1_000.0 + number)

    result = store.search(text, limit=2)

    assert [hit.key for hit in result.found] == ["i2", "i1"]
    assert result.more


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("thread-0123456789", {("thread", "")}),
        ("thread-0", {("thread", "")}),
        ("456789", {("thread", "")}),
        ("56789", set[tuple[str, str]]()),
        ("THREAD-0", set[tuple[str, str]]()),
        ("tenant 7", {("session", "")}),
        ("  v1_the_key ", {("key", "v1_the_key")}),
        ("v1_the", {("key", "v1_the_key")}),
        ("he_key", {("key", "v1_the_key")}),
        ("model:gemini-3", {("target", "v1_the_key")}),
        ("gemini-3-flash", {("target", "v1_the_key")}),
        ("gem'ini", set[tuple[str, str]]()),
        ("\ud83d", set[tuple[str, str]]()),
        ("", set[tuple[str, str]]()),
    ],
)
def test_names_are_found_whole_by_their_beginning_or_their_end(
    store: SessionStore, text: str, hits: set[tuple[str, str]]
) -> None:
    scope = replace(SCOPE, session_id="tenant 7", thread_id="thread-0123456789")
    target = "model:gemini-3-flash"
    entry = replace(make_entry("v1_the_key"), target=target)
    say(store, "v1_the_key", "words", entry, scope=scope, target=target)
    say(store, "v1_another", "words", scope=OTHER)

    result = store.search(text)

    assert {(hit.where, hit.key) for hit in result.found} == hits
    assert {hit.scope for hit in result.found} <= {scope}


def test_a_thread_that_has_a_job_only_is_found_by_its_name(store: SessionStore) -> None:
    store.add_job(make_job(scope=OTHER))

    [hit] = store.search("another").found

    assert (hit.scope, hit.key, hit.where) == (OTHER, "", "thread")


def test_an_answer_that_is_settled_later_is_found_by_what_it_says_then(
    store: SessionStore,
) -> None:
    say(store, "a", "question", held=(answer("begun"),))
    index(store)

    say(store, "a", "question", held=(answer("done"),), context_digest=b"later")
    before = found(store, "done"), found(store, "begun")
    index(store)

    assert before == ({"a"}, set())
    assert (found(store, "done"), found(store, "begun")) == ({"a"}, set())


def test_a_copied_thread_is_found_like_the_other(store: SessionStore) -> None:
    say(store, "a", "shoes")
    index(store)

    store.copy_thread(SCOPE.thread_id, "copy")
    index(store)

    found_in = {hit.scope.thread_id for hit in store.search("shoes").found}
    assert found_in == {SCOPE.thread_id, "copy"}


def test_of_a_deleted_thread_nothing_is_found_and_of_another_everything(
    store: SessionStore,
) -> None:
    say(store, "a", "shoes red")
    say(store, "b", "shoes blue", scope=OTHER)
    index(store)

    store.delete_thread(SCOPE.thread_id)

    assert found(store, "shoes") == {"b"}
    assert found(store, "red") == set()
    index(store)
    assert found(store, "shoes") == {"b"}


def test_a_text_of_two_megabytes_is_found_by_its_first_words(
    store: SessionStore,
) -> None:
    words = " ".join(f"word{number}" for number in range(200_000))
    assert len(words) > 2_000_000

    say(store, "a", words, held=(answer("the end"),))
    index(store)

    assert found(store, "word0 word999") == {"a"}
    assert found(store, '"word0 word1 word2"') == {"a"}
    assert found(store, "end") == {"a"}
    # LONGEST_STEP: nobody finds what is behind that.
    assert found(store, "word199999") == set()


def test_a_record_with_too_many_words_for_an_index_is_read(store: SessionStore) -> None:
    texts = [" ".join(f"w{n}x{i}" for i in range(15_000)) for n in range(6)]
    say(store, "a", texts[0], held=tuple(map(answer, texts[1:])))
    say(store, "b", "w5x14999")
    index(store)

    result = store.search("w5x14999")

    assert keys_of(result) == {"a", "b"}
    assert result.unseen == 0


@pytest.mark.parametrize("prepare", [index, lambda _: None], ids=["index", "scan"])
def test_without_content_names_are_looked_at_and_the_result_says_so(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    prepare: Callable[[SessionStore], None],
) -> None:
    for url in (f"sqlite:///{tmp_path}/s.db", request.getfixturevalue("postgres_url")):
        bare = open_store(url, mirror="signatures")
        say(bare, "v1_a", "shoes", held=(answer("shoes"),))
        prepare(bare)
        # Whoever looks need not know what the program keeps.
        whole = open_store(url)
        for store in (bare, whole):
            prepare(store)
            assert store.search("shoes").found == ()
            assert store.search("shoes").how == "names"
            assert [hit.where for hit in store.search("v1_a").found] == ["key"]
        say(whole, "v1_b", "shoes")
        assert whole.search("shoes").how == "words"
        assert found(whole, "shoes") == {"v1_b"}
        bare.close()
        whole.close()


def test_a_memory_without_content_looks_at_names() -> None:
    store = MemoryStore(mirror="signatures")
    say(store, "v1_a", "shoes", held=(answer("shoes"),))

    assert store.search("shoes").how == "names"
    assert store.search("shoes").found == ()
    assert len(store.search("v1_a").found) == 1


def test_a_search_that_finds_nothing_looks_at_all_and_writes_nothing(
    store: SessionStore,
) -> None:
    say(store, "a", "shoes")

    result = store.search("boots")

    assert (result.found, result.how) == ((), "words")
    assert (result.unindexed, result.scanned, result.unseen) == (1, 1, 0)
    assert not store.has_index()


def test_an_empty_store_has_nothing_to_find(store: SessionStore) -> None:
    assert store.search("shoes").found == ()
    assert store.search("shoes").how == "words"
    assert store.index_texts() == 0


def answer(text: str) -> dict[str, object]:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


def test_a_record_of_which_nothing_was_said_is_indexed_once(
    store: SessionStore,
) -> None:
    store.put(make_record("a", sent=(), held=()))
    index(store)

    assert store.index_texts() == 0
    assert found(store, "anything") == set()
