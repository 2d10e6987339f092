"""A store to look into: conversations that go on, branch, break off and wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from interactions_core import SessionStore
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.charges import PICO, Charge, Price
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Reason,
    ReplyForm,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.records.outlines import Sketch
from interactions_core.transcript.digest import SEED, fold_wire
from interactions_core.usage import Usage

NOW = datetime(2026, 11, 28, 19, 4, 43, tzinfo=UTC).timestamp()
OWNER = "gemini|generativelanguage.googleapis.com|ba0fd87c5a48a04bd"
FLASH = "model:gemini-3.8-flash"
PRO = "model:gemini-3.1-pro-preview"
RESEARCH = "agent:deep-research-preview-04-2026"


def at(said: str) -> float:
    """Read a time as tables write it: `27 Nov 13:55`."""
    read = datetime.strptime(f"2026 {said} +0000", "%Y %d %b %H:%M %z")
    return read.timestamp()


def user(text: str) -> dict[str, object]:
    return {"type": "user_input", "content": [{"type": "text", "text": text}]}


def model(text: str) -> dict[str, object]:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


def call(name: str, number: int, **arguments: str) -> dict[str, object]:
    return {
        "type": "function_call",
        "id": f"c{number}",
        "name": name,
        "arguments": arguments,
    }


def result(name: str, number: int, said: str) -> dict[str, object]:
    return {
        "type": "function_result",
        "call_id": f"c{number}",
        "name": name,
        "result": said,
    }


class Thread:
    """Writes the turns of one conversation.

    Args:
        store: Where to.
        name: Its thread; "" for none.
        tenant: Its session.
        target: Who is asked.
        label: Who asks.
    """

    def __init__(
        self,
        store: SessionStore,
        name: str,
        tenant: str = "",
        target: str = FLASH,
        *,
        label: Label | None = None,
    ) -> None:
        self._store = store
        self._target = target
        self._label = label
        self.scope = Scope(OWNER, tenant, name)
        self._prefix = name or "alone"
        self._count = 0

    def turn(
        self,
        reason: Reason,
        when: float,
        after: str = "",
        *,
        sent: Sequence[dict[str, object]] = (),
        held: Sequence[dict[str, object]] = (),
        usd: str | None = "0.0030",
        size: tuple[int, int] = (100, 1_000),
        tokens: int = 1_000,
        usage: Usage | None = None,
        status: str = "completed",
        again: bool = False,
        kept_s: float = 55 * DAY_S,
        job: str = "",
        key: str = "",
        sketch: Sketch | None = None,
    ) -> str:
        """Record a turn; return its key."""
        self._count += 1
        key = key or f"v1_{self._prefix}-{self._count:03}"
        is_replay = reason in {"root", "expired", "foreign", "stateless"}
        base = self._store.get(self.scope, after) if after else None
        said = (*sent, *held)
        before = base.context_digest if base else SEED
        record = InteractionRecord(
            key=key,
            scope=self.scope,
            request_digest=key.encode(),
            form=ReplyForm.of(tuple(held)),
            created_at=when,
            expires_at=when + kept_s,
            parent_id="" if is_replay else after,
            base_key=after,
            context_digest=fold_wire(before, said),
            context_steps=(base.context_steps if base else 0) + len(said),
            target=self._target,
            reason=reason,
            status=status,
            sent=tuple(sent),
            held=tuple(held),
        )
        usage = usage or Usage(tokens - 20, 0, 15, 5, 0, tokens)
        repeated = base.context_steps if base and is_replay else 0
        entry = self._entry(record, usd, size, usage, job, again=again, repeated=repeated)  # fmt: skip
        self._store.put(record, entry, sketch=sketch, label=self._label)
        return key

    def job(self, key: str, when: float, **changes: object) -> None:
        """Record a job in the background."""
        job = Job(
            key=key,
            scope=self.scope,
            call_digest=key.encode(),
            target=self._target,
            created_at=when,
            deadline_at=when + 3_900,
            updated_at=when,
            forget_at=when + 30 * DAY_S,
        )
        self._store.add_job(replace(job, **changes))

    def _entry(
        self,
        record: InteractionRecord,
        usd: str | None,
        size: tuple[int, int],
        usage: Usage,
        job: str,
        *,
        again: bool,
        repeated: int,
    ) -> LedgerEntry:
        price = Price(reason="nobody says what it costs", prices="flat 1")
        if usd is not None:
            price = Price(picousd=int(Decimal(usd) * PICO), prices="flat 1")
        name = self._target.partition(":")[2]
        return LedgerEntry(
            key=record.key,
            target=record.target,
            reason=record.reason,
            status=record.status,
            usage=usage,
            created_at=record.created_at,
            steps_sent=repeated + len(record.sent),
            bytes_sent=size[0],
            replay_steps=9,
            replay_bytes=size[1],
            charges=(Charge(interaction_id=record.key, model=name, price=price),),
            job=job,
            sent_again=again,
        )


def fill(store: SessionStore) -> None:
    """Put the conversations into a store."""
    _support(Thread(store, "support-7731", "acme"))
    _kyoto(Thread(store, "trip-kyoto", "globex"))
    _review(Thread(store, "contract-review", "globex", PRO))
    diary = Thread(store, "garden-diary", target="model:gemini-3.5-flash-lite")
    diary.turn("root", at("26 Nov 21:05"), usd="0.0052", kept_s=DAY_S)
    fill_jobs(store)


def _support(thread: Thread) -> None:
    def run(count: int, when: str, after: str, usd: str, step: int = 60) -> str:
        for number in range(count):
            begun = at(when) + number * step
            after = thread.turn("continue", begun, after, usd=usd, size=(126, 9_000))
        return after

    hello = "Hello, I am Ada Lovelace. My parcel has not arrived yet."
    first = thread.turn(
        "root", at("25 Nov 16:57"), sent=[user(hello)], usd="0.0031", size=(115, 115)
    )
    early = run(15, "25 Nov 16:59", first, "0.0020")
    late = run(15, "26 Nov 06:03", early, "0.0027")
    cable = "Do you also have the blue cable in stock?"
    again = thread.turn(
        *("expired", at("26 Nov 21:17"), late),
        sent=[user(cable)],
        usd="0.011",
        size=(14_000, 14_000),
        again=True,
    )
    talk = run(7, "26 Nov 21:18", again, "0.0033")
    run(13, "26 Nov 21:28", talk, "0.0037")
    order = thread.turn(
        *("expired", at("27 Nov 12:02"), early),
        sent=[user("Actually the order number is 9999.")],
        usd="0.0069",
        size=(7_200, 7_200),
        again=True,
    )
    run(4, "27 Nov 12:03", order, "0.0025")
    cancel = [user("Cancel the order instead.")]
    fork = thread.turn(
        "fork", at("27 Nov 12:05"), talk, sent=cancel, usd="0.0032", size=(84, 9_000)
    )
    run(3, "27 Nov 12:07", fork, "0.0033")


CITIES = ("Kyoto", "Osaka", "Nara")


def _kyoto(thread: Thread) -> None:
    calls = [call("get_weather", i, city=city) for i, city in enumerate(CITIES)]
    said = [result("get_weather", i, f'{{"at": "{c}"}}') for i, c in enumerate(CITIES)]
    first = thread.turn(
        *("root", at("27 Nov 13:55")),
        sent=[user("How is the weather in Kyoto, Osaka and Nara this week?")],
        held=[{"type": "thought", "signature": "c2ln"}, *calls],
        usd="0.0033",
        size=(113, 113),
        tokens=3_200,
    )
    second = thread.turn(
        *("continue", at("27 Nov 13:55"), first),
        sent=said,
        held=[model("All three are clear: Kyoto 11 °C, Osaka 13 °C, Nara 9 °C.")],
        usd="0.0020",
        size=(433, 1_300),
        tokens=3_900,
    )
    plan = f"Three days around Kyoto.\n\nDay 1, Kyoto. {'Fushimi Inari before eight. ' * 5}"
    third = thread.turn(
        *("continue", at("27 Nov 13:56"), second),
        sent=[user("Plan three days around Kyoto.")],
        held=[model(plan)],
        usd="0.0024",
        size=(88, 1_600),
        tokens=4_300,
    )
    thread.turn("fork", at("27 Nov 13:58"), second, sent=[user("And Kobe?")])
    thread.turn("fork", at("27 Nov 13:59"), second, status="failed", usd=None)
    thread.turn(
        *("retry", at("27 Nov 14:02"), third),
        sent=[user("Plan three days around Kyoto, but cheaper.")],
        held=[model("Three days around Kyoto, by bus.")],
        usd="0.0030",
        size=(101, 2_300),
        tokens=5_200,
    )


def _review(thread: Thread) -> None:
    for number in range(12):
        when = at("28 Nov 14:56") + 240 * number
        text = f"Current time: {14 + (56 + 4 * number) // 60}. Review this contract."
        thread.turn(
            *("root", when),
            sent=[user(text)],
            held=[model("It is sound.")],
            usd="0.0714",
            size=(138_000, 138_000),
            tokens=34_600,
            again=bool(number),
        )


def fill_jobs(store: SessionStore) -> None:
    """Put in jobs that nobody waits for, that are lost, that failed, and that ended."""
    brief = Thread(store, "pricing-brief", "acme", RESEARCH)
    brief.job("job_c7e95cbe", at("28 Nov 18:49"), status="in_progress", interaction_id="v1_run1")  # fmt: skip
    search = Thread(store, "patent-search", "globex", RESEARCH)
    search.job("job_5253e773", at("28 Nov 17:15"), status="lost")
    check = Thread(store, "sanctions-check", "globex", RESEARCH)
    check.job("job_b54ef38b", at("28 Nov 06:55"), status="failed", interaction_id="v1_run2")  # fmt: skip
    alone = Thread(store, "", "globex", RESEARCH)
    alone.turn(
        *("root", at("28 Nov 16:10")),
        sent=[user("Compare the offers.")],
        usd=None,
        tokens=276_000,
        size=(71, 71),
        job="job_b2f2ef51",
    )
    ended = {
        "status": "completed",
        "interaction_id": "v1_alone-001",
        "handed_on_at": at("28 Nov 16:10"),
    }
    alone.job("job_b2f2ef51", at("28 Nov 15:55"), **ended)
