"""`interactions usage`, as it is typed, at two widths and as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.printing.figures import tokens_text, usd_text
from interactions_core.cli.printing.output import shown_size
from interactions_core.cli.usage import usage
from interactions_core.prices.changes import coming_changes
from interactions_core.records.charges import Charge, Price
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import LedgerEntry, ReplyForm, Scope
from interactions_core.usage import Usage
from tests.contract.session_records import (
    SCOPE,
    lost_create,
    make_entry,
    make_job,
    make_record,
)
from tests.schemas import check

AT = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()
FLAT = {"name": "flat", "prices": [{"model": "*", "input": 1, "output": 2}]}

AT_100 = """\
MODEL OR AGENT                 TURNS  FRESH  CACHED  THOUGHT  OUTPUT  SENT AGAIN      COST
gemini-3.1-pro-preview             2   412k       0     2.0k     664      $0.784    $0.857
gemini-3.8-flash                   1   127k    663k      16k    7.7k           -    $0.234
deep-research-preview-04-2026      1   736k       0      86k     39k           -  no price
total                              4  1.27M    663k     104k     47k      $0.784  >= $1.09

1 turn has no price, or not all of it: nobody says what it costs.
2 creates may have been billed without an answer, and are in no sum.
34 % of the input came from a cache.
Prices: flat 1.
"""

AT_160 = """\
MODEL OR AGENT                 TURNS  FRESH  CACHED  TOOL  THOUGHT  OUTPUT    SENT  AS REPLAY  AVOIDED  SENT AGAIN      COST
gemini-3.1-pro-preview             2   412k       0     -     2.0k     664  1.7 MB     1.7 MB      0 %      $0.784    $0.857
gemini-3.8-flash                   1   127k    663k     -      16k    7.7k   33 kB     744 kB     96 %           -    $0.234
deep-research-preview-04-2026      1   736k       0  245k      86k     39k   399 B      399 B      0 %           -  no price
total                              4  1.27M    663k  245k     104k     47k  1.7 MB     2.4 MB     29 %      $0.784  >= $1.09
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    monkeypatch.chdir(tmp_path)
    Path("flat.json").write_text(json.dumps(FLAT))
    monkeypatch.setenv("INTERACTIONS_PRICES", "flat.json")
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    return SqliteStore("state.db")


def run(*arguments: str, columns: int = 160) -> Result:
    environment = {"COLUMNS": str(columns)}
    runner = CliRunner(env=environment)
    return runner.invoke(usage, arguments, catch_exceptions=False)


def pay(  # noqa: PLR0917 - the columns of the table
    store: SqliteStore,
    key: str,
    target: str,
    used: Usage,
    usd: str | None,
    sent: tuple[int, int],
    *,
    again: bool = False,
    at: float = AT,
    scope: Scope = SCOPE,
) -> None:
    price = Price(reason="nobody says what it costs", prices="flat 1")
    if usd is not None:
        price = Price(picousd=int(Decimal(usd) * 10**12), prices="flat 1")
    counts = {name: getattr(used, name) for name in Usage.__dataclass_fields__}
    model = target.partition(":")[2]
    charge = Charge(model=model, asked_at=at, tools={}, price=price, **counts)
    entry = LedgerEntry(
        key=key,
        target=target,
        reason="continue",
        status="completed",
        usage=used,
        created_at=at,
        bytes_sent=sent[0],
        replay_bytes=sent[1],
        charges=(charge,),
        sent_again=again,
    )
    record = make_record(key, scope=scope, form=ReplyForm(()))
    store.put(record, entry)


def fill(store: SqliteStore) -> None:
    pro, flash = "model:gemini-3.1-pro-preview", "model:gemini-3.8-flash"
    pay(store, "1", pro, Usage(33_000, 0, 50, 160), "0.073", (138_000, 138_000))
    used = Usage(379_000, 0, 614, 1_840)
    pay(store, "2", pro, used, "0.784", (1_562_000, 1_562_000), again=True)
    used = Usage(790_000, 663_000, 7_700, 16_000)
    pay(store, "3", flash, used, "0.2336", (33_000, 744_000))
    research = "agent:deep-research-preview-04-2026"
    pay(store, "4", research, Usage(736_000, 0, 39_000, 86_000, 245_000), None, (399, 399))  # fmt: skip
    store.note_unanswered(SCOPE, lost_create(target=research, at=AT))
    store.close()


def test_the_table_has_a_hundred_columns(store: SqliteStore) -> None:
    fill(store)

    done = run(columns=100)

    assert (done.exit_code, done.stdout) == (0, AT_100)
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_wide_table_says_what_was_sent_and_what_a_replay_is(
    store: SqliteStore,
) -> None:
    fill(store)

    assert run().stdout.startswith(AT_160)


def test_one_long_name_takes_no_column_from_others(store: SqliteStore) -> None:
    fill(store)
    pay(store, "5", f"model:{'m' * 300}", Usage(1, 0, 1, 1), "0.1", (1, 1))
    heads = run(columns=160).stdout.splitlines()[0].split()

    piped, shown = (
        CliRunner().invoke(usage, (), env={"COLUMNS": columns})
        for columns in (None, "160")
    )

    for done in (piped, shown):
        assert done.stdout.splitlines()[0].split() == heads
        assert {"AVOIDED", "AGAIN", "COST"} <= set(heads)
    assert max(map(len, shown.stdout.splitlines()[:-2])) <= 160
    assert f"\n{'m' * 199}…  " in piped.stdout


def test_columns_go_where_there_is_no_room_and_the_name_and_cost_stay(
    store: SqliteStore,
) -> None:
    fill(store)

    head, first, *_ = run(columns=40).stdout.splitlines()

    assert head.split() == ["MODEL", "OR", "AGENT", "TURNS", "COST"]
    assert len(first) <= 40
    assert first.endswith("$0.857")


def test_one_object_has_the_same_sums(store: SqliteStore) -> None:
    fill(store)

    found = json.loads(run("--json", "--since", "2026-11-01").stdout)

    check("usage", found)
    assert list(found)[:7] == [
        *("schema", "by", "since", "until", "prices", "rows", "total"),
    ]
    assert (found["schema"], found["by"], found["until"]) == (1, "model", None)
    assert found["since"] == datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    first, _, last = found["rows"]
    assert first["key"] == "model:gemini-3.1-pro-preview"
    assert first["cost"] == {
        "usd": "0.857",
        "again_usd": "0.784",
        "unpriced_turns": 0,
    }
    assert last["cost"]["usd"] is None
    assert found["total"]["turns"] == 4
    assert found["total"]["usage"]["cached_tokens"] == 663_000
    assert found["total"]["cached_share"] == pytest.approx(0.3421, abs=1e-4)
    assert found["prices"] == {"source": "flat", "version": "1", "all": ["flat 1"]}
    assert found["unknown"] == {"nobody says what it costs": 1}


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("session", ["tenant"]),
        ("tenant", ["tenant"]),
        ("thread", ["thread"]),
        ("job", ["-"]),
        ("agent", ["-", "deep-research-preview-04-2026"]),
        ("reason", ["continue,", "continue", "root"]),
        ("day", ["2026-11-28"]),
    ],
)
def test_turns_are_grouped_by(by: str, keys: list[str], store: SqliteStore) -> None:
    fill(store)

    _, *lines = run("--by", by).stdout.partition("\n\n")[0].splitlines()

    assert [line.split()[0] for line in lines] == [*keys, "total"]


def test_threads_of_one_name_are_rows_of_their_tenants(store: SqliteStore) -> None:
    for at, (tenant, thread) in enumerate((("acme", "t"), ("", "t"), ("acme", "u"))):
        scope = replace(SCOPE, session_id=tenant, thread_id=thread)
        used = Usage(10, 0, 5, 0)
        pay(store, str(at), "model:m", used, f"0.{3 - at}", (1, 1), scope=scope)

    _, *lines = run("--by", "thread").stdout.partition("\n\n")[0].splitlines()
    found = json.loads(run("--by", "thread", "--json").stdout)

    names = [line[:14].rstrip() for line in lines]
    assert names == ["t (acme)", "t (no tenant)", "u", "total"]
    check("usage", found)
    assert found["by"] == "thread"
    assert [(row["session_id"], row["key"]) for row in found["rows"]] == [
        ("acme", "t"), (None, "t"), ("acme", "u"),
    ]  # fmt: skip


def test_a_user_s_own_prices_are_one_argument(store: SqliteStore) -> None:
    """1 USD per million of input, 2 of output; the store stays as it is."""
    pay(store, "1", "model:m", Usage(1_000_000, 0, 500_000, 0, 0), "9", (1, 1))
    Path("own.json").write_text(json.dumps({**FLAT, "name": "own"}))

    found = json.loads(run("--prices", "own.json", "--json").stdout)
    again = json.loads(run("--reprice", "--json").stdout)

    assert found["total"]["cost"]["usd"] == again["total"]["cost"]["usd"] == "2"
    assert found["prices"]["source"] == "own"
    assert json.loads(run("--json").stdout)["total"]["cost"]["usd"] == "9"


def test_turns_from_before_there_were_prices_say_how_to_price_them(
    store: SqliteStore,
) -> None:
    entry = LedgerEntry(
        key="1",
        target="model:m",
        reason="root",
        status="completed",
        usage=Usage(10, 0, 5, 0, 0, 15),
        created_at=AT,
    )
    store.put(make_record("1", scope=SCOPE), entry)
    hint = "interactions usage --reprice shows what it comes to by flat."

    assert hint in " ".join(run().stdout.split())
    assert "--reprice" not in run("--reprice").stdout


def test_nothing_is_said_in_words(store: SqliteStore) -> None:
    store.close()
    SqliteStore("state.db").secret()

    assert run().stdout == "no turns\n"
    assert run("--since", "2026-11-21").stdout == "no turns since 2026-11-21\n"
    assert run("--thread", "x").stdout == "no turn matches\n"


def test_runs_whose_answers_nobody_has_had_are_named_and_in_no_sum(
    store: SqliteStore,
) -> None:
    run_of = {"interaction_id": "v1_run", "status": "completed", "owner": "watcher"}
    store.add_job(make_job("ended", **run_of))
    store.add_job(make_job("had", **run_of, handed_on_at=AT))
    store.add_job(make_job("running", **{**run_of, "status": "in_progress"}))
    said = (
        "1 run has ended and no call has had the answer: it is in no sum until one has"
    )

    assert said in run().stdout
    assert json.loads(run("--json").stdout)["unclaimed_runs"] == 1
    assert said not in run("--thread", "another").stdout

    fill(store)
    assert said in run(columns=100).stdout


def test_what_such_runs_took_is_told_apart_and_counted_once(
    store: SqliteStore,
) -> None:
    """An answer is entered in the ledger by the turn that takes it."""
    usage = {
        "total_input_tokens": 1_000,
        "total_output_tokens": 200,
        "total_tokens": 1_200,
        **dict.fromkeys(("total_cached_tokens", "total_thought_tokens"), 0),
    }
    result = {"id": "v1_run", "steps": [], "usage": usage}
    model = "model:gemini-3.5-flash"
    ended = make_job(
        status="completed", interaction_id="v1_run", result=result, target=model
    )
    store.add_job(ended)

    before = json.loads(run("--json").stdout)
    assert (before["unclaimed_runs"], before["unclaimed_tokens"]) == (1, 1_200)
    assert float(before["unclaimed_usd"]) > 0
    assert before["total"]["turns"] == 0
    assert "Not yet counted: 1,200 tokens, $0.00" in run().stdout

    # The turn that takes it has entered it, and has died before the job says so.
    store.put(make_record("v1_run"), make_entry("v1_run"))
    after = json.loads(run("--json").stdout)
    assert (after["unclaimed_runs"], after["unclaimed_usd"]) == (0, "0")
    assert after["total"]["turns"] == 1


def test_times_and_threads_choose_turns(store: SqliteStore) -> None:
    fill(store)

    assert json.loads(run("--until", "2026-11-28", "--json").stdout)["rows"] == []
    assert json.loads(run("--thread", "x", "--json").stdout)["total"]["turns"] == 0
    assert json.loads(run("--session", "tenant", "--json").stdout)["total"]["turns"] == 4  # fmt: skip
    assert run("--since", "yesterday").exit_code == 2
    assert run("--by", "colour").exit_code == 2


def test_only_the_head_is_dimmed_and_only_where_that_is_asked_for(
    store: SqliteStore,
) -> None:
    fill(store)

    assert run("--color", "always").stdout.startswith("\x1b[2mMODEL OR AGENT")
    assert "\x1b" not in run("--color", "never").stdout + run().stdout


def test_what_doubles_is_said_before_it_does() -> None:
    library = pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    assert library.__version__
    from interactions_core.prices.library import library_prices  # noqa: PLC0415

    targets = ["model:gemini-3.8-flash", "model:gemini-3.5-flash", "model:nobody-s"]

    assert coming_changes(library_prices(), targets, AT) == [
        "gemini-3.8-flash doubles on 1 January 2027"
    ]
    later = datetime(2027, 1, 2, tzinfo=UTC).timestamp()
    assert coming_changes(library_prices(), targets, later) == []


@pytest.mark.parametrize(
    ("count", "said"),
    [
        *((0, "0"), (999, "999"), (2_000, "2.0k"), (9_960, "10k"), (412_000, "412k")),
        *((999_600, "1.00M"), (1_300_000, "1.30M"), (412_000_000, "412.00M")),
        *((999_994_000, "999.99M"), (999_996_000, "1.00G"), (1_211_790_000, "1.21G")),
    ],
)
def test_counts_are_short(count: int, said: str) -> None:
    assert tokens_text(count) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [(399, "399 B"), (2_500, "2.5 kB"), (33_400, "33 kB"), (1_700_000, "1.7 MB")],
)
def test_sizes_are_short(size: int, said: str) -> None:
    assert shown_size(size) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        *(("1234.5", "$1,234.50"), ("0.857", "$0.857"), ("0.0075", "$0.0075")),
        *(("0.00001", "< $0.0001"), ("0", "$0")),
    ],
)
def test_amounts_are_short(amount: str, said: str) -> None:
    assert usd_text(Decimal(amount)) == said


def test_a_cost_of_no_turns_is_nothing() -> None:
    assert Costs().usd == 0
