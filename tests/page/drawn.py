"""Stores to draw: a few conversations of all shapes, and one of any length."""

from dataclasses import replace
from random import Random

from interactions_core import SqliteStore
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import Reason
from interactions_core.records.labels import Label
from interactions_core.records.outlines import Sketch
from interactions_core.transcript.steps import text_part, user_input
from interactions_core.usage import Usage
from tests.core.looking import (
    PRO,
    RESEARCH,
    Thread,
    at,
    call,
    fill_jobs,
    model,
    result,
    user,
)

SEED = 7731
MINUTE = 60.0
HOUR = 3_600.0
HEARD_S = 4 * MINUTE
GRAPH = Label(framework="langgraph")
TALK = (
    ("The number is 7731, please look it up.", "It left the warehouse on 24 November."),
    ("Can I still change the address?", "Yes, until it is loaded. Tell me the street."),
    ("12 Analytical Lane, London W1G 9QF.", "Thank you. I have noted the address."),
    ("And what does the redirect cost?", "It is free of charge above 40 GBP."),
    ("Compare the two cables for me.", "CB-88 has 2 m and 60 W, CB-92 has 3 m and 100 W."),
)  # fmt: skip


def spent(whole: int, *, cached: float = 0.92, thought: int = 190) -> Usage:
    """Say what a turn took whose input was mostly in a cache."""
    return Usage(whole, int(whole * cached), 70, thought, 0, whole + 70 + thought)


def fill_drawn(store: SqliteStore) -> None:
    """Put in conversations of all shapes, and jobs in all states."""
    _support(Thread(store, "support-7731", "acme", label=GRAPH), Random(SEED))
    _review(Thread(store, "contract-review", "globex", PRO, label=GRAPH))
    _market(store)
    fill_jobs(store)
    diary = Thread(store, "garden-diary", "", "model:gemini-3.5-flash-lite")
    diary.turn("root", at("26 Nov 21:05"), usd="0.0052", kept_s=DAY_S)
    other = Thread(store, "hydrogen", "acme", "model:gemini-4-hydrogen")
    first = other.turn("root", at("27 Nov 10:00"), usd=None)
    other.turn("continue", at("27 Nov 10:02"), first, usd=None)


def _support(thread: Thread, random: Random) -> None:
    size, when = 2_000, at("25 Nov 16:57")
    hello = [user("Hello, I am Ada Lovelace. My parcel has not arrived yet.")]
    usage = spent(size, cached=0)
    last = thread.turn("root", when, sent=hello, held=[model("Hello Ada.")], usage=usage, size=(115, 115))  # fmt: skip

    def go_on(count: int, begun: float, after: str) -> str:
        nonlocal size
        for number in range(count):
            asked, answered = random.choice(TALK)
            held = [call("look_up_order", 1, order="7731")] if number % 5 == 1 else [model(answered)]  # fmt: skip
            sent = [result("look_up_order", 1, "shipped")] if number % 5 == 2 else [user(asked)]  # fmt: skip
            begun += random.randint(30, 400)
            size += random.randint(100, 500)
            after = thread.turn("continue", begun, after, sent=sent, held=held, usage=spent(size), usd=f"{size / 4e6:.4f}", size=(len(asked) + 60, size))  # fmt: skip
        return after

    early = go_on(15, when, last)
    late = go_on(15, at("26 Nov 06:01"), early)
    blue = [user("Do you also have the blue cable in stock?")]
    again = {"again": True, "usd": "0.011", "size": (size, size)}
    held = [{"type": "thought", "signature": "c2ln"}, model("Yes, **CB-88 in blue** is in stock.")]  # fmt: skip
    back = thread.turn("expired", at("26 Nov 21:17"), late, sent=blue, held=held, usage=spent(size, cached=0), **again)  # fmt: skip
    talk = go_on(7, at("26 Nov 21:18"), back)
    go_on(13, at("27 Nov 11:53"), talk)
    size = 9_000
    order = [user("Actually the order number is 9999.")]
    again |= {"usd": "0.0069", "size": (size, size)}
    lost = thread.turn("expired", at("27 Nov 14:02"), early, sent=order, usage=spent(size, cached=0), **again)  # fmt: skip
    go_on(4, at("27 Nov 14:03"), lost)
    size = 17_000
    cancel = [user("Cancel the order instead.")]
    fork = thread.turn("fork", at("27 Nov 15:05"), talk, sent=cancel, held=[model("It is cancelled.")], usage=spent(size), size=(84, size))  # fmt: skip
    go_on(3, at("27 Nov 15:06"), fork)


def _review(thread: Thread) -> None:
    when = at("28 Nov 14:56")
    for number in range(12):
        minutes = 56 + 4 * number
        text = f"Current time: {14 + minutes // 60}:{minutes % 60:02}. Review this contract."  # fmt: skip
        asked = f"Question {number}: what is riskiest for us?"
        said = (text, "1.1 Services, indemnity, liability, annex.", asked)
        steps = [user_input([text_part(each)]) for each in said]
        thread.turn(
            *("root", when + 4 * MINUTE * number),
            sent=[step.wire for step in steps],
            held=[model("The unlimited indemnity in clause 9, by far.")],
            usage=spent(34_300, cached=0),
            usd="0.0714",
            size=(138_000, 138_000),
            again=bool(number),
            sketch=Sketch(steps=steps, seeks=True),
        )


def _market(store: SqliteStore) -> None:
    """A run whose process was killed, and that another one took up."""
    begun = at("27 Nov 12:55")
    thread = Thread(store, "market-tpu", "acme", RESEARCH, label=GRAPH)
    add_killed_job(store, thread, "job_market", begun)
    held = [call("google_search", 1, query="TPUs"), model("They go back to 2013.")]
    usage = Usage(184_000, 0, 9_800, 21_400, 61_200, 276_400)
    first = thread.turn("root", begun + 16 * MINUTE, sent=[user("Research the history of TPUs.")], held=held, usage=usage, usd=None, job="job_market", key="v1_market")  # fmt: skip
    second = thread.turn("continue", begun + 24 * MINUTE, first, sent=[user("How many sources have you cited?")], usage=spent(2_900), size=(91, 2_000))  # fmt: skip
    thread.turn("continue", begun + 26 * MINUTE, second, sent=[user("Who buys the most?")], usage=spent(3_000), size=(77, 2_100))  # fmt: skip


def add_killed_job(store: SqliteStore, thread: Thread, key: str, begun: float) -> None:
    """Record a job whose process was last seen after four minutes; it took sixteen."""
    thread.job(key, begun, owner="host/1/a", lease_until=begun + MINUTE)
    _change(store, key, status="in_progress", interaction_id="v1_market", updated_at=begun + 2)  # fmt: skip
    store.renew_job(
        key, "host/1/a", now=begun + HEARD_S, until=begun + HEARD_S + MINUTE
    )
    seen = store.get_job(key)
    assert seen is not None
    taken = begun + 9 * MINUTE
    assert store.take_job(seen, "host/2/b", now=taken, until=taken + MINUTE)
    _change(store, key, status="completed", lease_until=0.0, updated_at=begun + 16 * MINUTE, handed_on_at=begun + 16 * MINUTE)  # fmt: skip


def _change(store: SqliteStore, key: str, **changes: object) -> None:
    job = store.get_job(key)
    assert job is not None
    store.update_job(replace(job, **changes))


def fill_heavy(store: SqliteStore, count: int, characters: int) -> list[str]:
    """Put in one conversation whose turns are so long; return their keys."""
    thread, keys = Thread(store, "heavy", "acme"), [""]
    for number in range(count):
        text = f"Entry {number}: ".ljust(characters, "x")
        reason: Reason = "continue" if number else "root"
        keys.append(thread.turn(reason, at("28 Nov 08:00") + number, keys[-1], sent=[user(text)], held=[model(f"Noted {number}.")]))  # fmt: skip
    return keys[1:]


def fill_long(store: SqliteStore, count: int, *, name: str = "long") -> None:
    """Put in one conversation with branches, pauses, and turns that were sent again."""
    random = Random(SEED)
    thread = Thread(store, name, "acme", label=GRAPH)
    keys: list[str] = []
    sizes: list[int] = []
    when = at("28 Nov 18:00") - count * 150.0
    last = -1
    for number in range(count):
        when += 5 * HOUR if random.random() < 9 / count else random.randint(40, 200)
        reason: Reason = "continue" if keys else "root"
        if keys and random.random() < 22 / count:
            reason, last = "fork", max(0, last - random.randint(2, 200))
        elif keys and random.random() < 6 / count:
            reason = "expired"
        size = sizes[last] + random.randint(50, 220) if keys else 900
        again = reason == "expired"
        text = f"Reading {number}: {random.uniform(18, 27):.1f} °C at station {random.choice('ABCDEF')}. Anything odd?"  # fmt: skip
        key = thread.turn(
            *(reason, when, keys[last] if keys else ""),
            sent=[user(text)],
            held=[model("Noted. The reading is within limits; next check in ten.")],
            usage=spent(size, cached=0 if again else 0.92),
            usd=f"{size * (7.5e-7 if again else 1.3e-7) + 1e-3:.4f}",
            size=(2 * size if again else 108, 2 * size),
            again=again,
            key=f"v1_{name}-{number:05}",
        )
        keys.append(key)
        sizes.append(size)
        last = number
