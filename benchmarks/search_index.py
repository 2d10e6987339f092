"""How large the index of searches is, and how long indexing, searching and erasing take.

A SQLite file, and a PostgreSQL server of its own, are filled with `--interactions`
interactions of ten turns a thread: questions of about 60 words and answers of about
150, drawn from 50,000 words as often as words of a language are. While they are indexed
another thread records turns; its longest wait is beside that of as long without.
Searches are medians of `--runs`. At last a thread of ten turns is deleted, and one of
a tenth of all.
"""

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from interactions_core import open_store
from interactions_core.records.interactions import InteractionRecord, ReplyForm, Scope
from interactions_core.services.index_keeper import index_all
from interactions_core.stores.sql.interactions import record_rows
from interactions_core.stores.sql.store import SqlStore

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import fresh_schema, running_server

SCOPE: Final = Scope("gemini|host|key", "tenant", "")
WORDS: Final = 50_000
TURNS: Final = 10
BATCH: Final = 1_000

SIZES: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_total_relation_size('said_words')",
}

SEARCHES: Final = {
    "a rare word": "w49000",
    "a common word": "w1",
    "three words": "w20 w300 w4000",
    "a beginning": "w4900*",
    "two words in quotes": '"w20 w300"',
    "nothing": "nowhere",
}


def main() -> None:
    """Measure both and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--store", default="", help="sqlite or postgresql; both")
    options = parser.parse_args()
    for kind in [options.store] if options.store else SIZES:
        with opened(kind) as url, closing(open_store(url)) as store:
            assert isinstance(store, SqlStore)
            print(f"{kind}, {options.interactions:,} interactions")
            measure(kind, store, options.interactions, options.runs)


def measure(kind: str, store: SqlStore, number: int, runs: int) -> None:
    """Fill, index, search and erase."""
    characters = fill(store, number)
    tell("characters of what was said", characters / number, "each")
    before = size_of(kind, store)
    scanned_s = timed(lambda: store.search("w49000"))
    tell("search without an index", scanned_s * 1000, "ms")
    idle_s = longest_wait(store.url, lambda: time.sleep(3))
    took: list[float] = []
    wait_s = longest_wait(
        store.url, lambda: took.append(timed(lambda: index_all(store)))
    )
    tell("index 1,000 interactions", took[0] / number * 1_000_000, "ms")
    tell("longest wait of a turn meanwhile", wait_s * 1000, "ms")
    tell("longest wait of a turn without", idle_s * 1000, "ms")
    size = size_of(kind, store) - before
    tell("index of 1,000 interactions", size / number, "kB")
    tell("look for what is not indexed", timed(store.index_texts) * 1000, "ms")
    for name, text in SEARCHES.items():
        searched_s = statistics.median(
            timed(lambda text=text: store.search(text, limit=100)) for _ in range(runs)
        )
        tell(f"search {name}", searched_s * 1000, "ms")
    for name in ("thread 1", "large"):
        deleted_s: list[float] = []
        wait_s = longest_wait(
            store.url,
            lambda name=name, into=deleted_s: into.append(
                timed(lambda: store.delete_thread(name))
            ),
        )
        tell(f"delete {name}", deleted_s[0] * 1000, "ms")
        tell("longest wait of a turn meanwhile", wait_s * 1000, "ms")


def fill(store: SqlStore, number: int) -> int:
    """Record interactions; return how many characters they say."""
    chance = random.Random(1)  # noqa: S311  not a secret
    names = [f"w{word}" for word in range(WORDS)]
    weights = [1 / (word + 1) for word in range(WORDS)]
    drawn = chance.choices(names, weights, k=2_000_000)
    characters = 0
    for start in range(0, number, BATCH):
        batch: list[tuple[object, ...]] = []
        for at in range(start, min(start + BATCH, number)):
            record = a_record(at, number, drawn, chance)
            batch.append(record_rows.record_row(record))
            characters += len(str(record.sent)) + len(str(record.held)) - 150
        with store.database.writing() as db:
            db.executemany(record_rows.UPSERT, batch)
    return characters


def a_record(
    at: int, number: int, drawn: list[str], chance: random.Random
) -> InteractionRecord:
    """Make a turn of one of many threads, or of a large one."""
    thread = "large" if at >= number - number // 10 else f"thread {at // TURNS}"
    return InteractionRecord(
        key=f"v1_{at:x}{chance.getrandbits(160):040x}",
        scope=replace(SCOPE, thread_id=thread),
        request_digest=chance.randbytes(32),
        context_digest=chance.randbytes(32),
        form=ReplyForm((chance.randbytes(32),)),
        created_at=1_790_000_000.0 + at,
        expires_at=1_890_000_000.0,
        target="model:gemini-3-flash-preview",
        sent=(step("user_input", drawn, 60, chance),),
        held=(step("model_output", drawn, 150, chance),),
    )


def step(
    kind: str, drawn: list[str], words: int, chance: random.Random
) -> dict[str, object]:
    """Say some words."""
    start = chance.randrange(len(drawn) - words)
    text = " ".join(drawn[start : start + words])
    return {"type": kind, "content": [{"type": "text", "text": text}]}


def longest_wait(url: str, work: Callable[[], object]) -> float:
    """Record turns in another process's place while something is done; in seconds."""
    over, waits = threading.Event(), [0.0]

    def record() -> None:
        # A store of its own: one that is shared in a process has one lock.
        store = type(open_store(url))(url.removeprefix("sqlite:///"))
        with closing(store):
            chance = random.Random(2)  # noqa: S311  not a secret
            at = 0
            while not over.is_set():
                scope = replace(SCOPE, thread_id="beside")
                turn = replace(a_record(0, 1, ["beside"] * 200, chance), scope=scope)
                began = time.perf_counter()
                store.put(replace(turn, key=f"v1_beside{at}"))
                waits.append(time.perf_counter() - began)
                at += 1
                time.sleep(0.005)
            store.delete_thread("beside")

    thread = threading.Thread(target=record)
    thread.start()
    work()
    over.set()
    thread.join()
    return max(waits[2:], default=0.0)


def size_of(kind: str, store: SqlStore) -> int:
    """Return bytes of the file, or of the words and their index."""
    with store.database.reading() as db:
        return int(db.execute(SIZES[kind]).fetchone()[0])


def timed(work: Callable[[], object]) -> float:
    """Do something; return how long it took, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tell(what: str, figure: float, unit: str) -> None:
    """Print a line."""
    print(f"  {what:<36}{figure:>12,.1f} {unit}", flush=True)


@contextmanager
def opened(kind: str) -> Iterator[str]:
    """Give the URL of an empty store."""
    if kind == "postgresql":
        # As servers are set up, but for what a power cut would take.
        with (
            running_server(autovacuum="on") as server,
            fresh_schema(server.url) as url,
        ):
            yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/state.db"


if __name__ == "__main__":
    main()
