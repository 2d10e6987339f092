"""`interactions jobs list` and `jobs show`, as they are typed, at several widths."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore, cli
from interactions_core.cli.jobs import jobs, listing
from interactions_core.cli.printing.job_words import ToldJob, next_text, owner_text
from interactions_core.cli.printing.output import columns_of
from interactions_core.cli.root import interactions
from interactions_core.process.owners import process_id
from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.trace_contexts import TraceContext
from tests.contract.session_records import make_job, make_record
from tests.core.test_command_output import HOSTILE, is_harmless
from tests.schemas import check as hold

SCHEMAS = Path(cli.__file__).parent / "schemas"
AT = datetime(2026, 11, 28, 19, 4, tzinfo=UTC).timestamp()
MINUTE_S = 60.0
AGENT = "agent:deep-research-preview-04-2026"

GOES_ON = (
    "the same call again goes on with it; until then "
    "interactions jobs watch keeps its answer"
)
HELD: dict[str, Any] = {
    "status": "in_progress",
    "lease_until": AT + 60,
    "owner": process_id(),
    "created_at": AT - 20 * MINUTE_S,
}
FORGOTTEN = Look(AT - 16 * MINUTE_S, AT - 15 * MINUTE_S, "404")

ALL_100 = """\
JOB           STATUS                     THREAD                ASKED           TOOK   DEADLINE
job_c7e95cbe  in progress, nobody waits  pricing-brief         28 Nov 18:49  15 min  in 50 min
job_522e050f  late, suspended            competitor-scan       28 Nov 18:00  64 min    in 32 s
job_5253e773  lost                       patent-search         28 Nov 17:15       -          -
job_b2f2ef51  completed                  (no thread) ChdYX2tL  28 Nov 15:55  16 min          -
job_b54ef38b  failed, unclaimed          sanctions-check       28 Nov 06:55   6 min          -

3 open: 1 that nobody waits for (interactions jobs watch), 1 that suspended a graph (interactions
jobs watch --resume MODULE:GRAPH), 1 lost (the next call begins anew); 1 that takes longer than it
should (interactions jobs show JOB); 1 unclaimed (over, and the next call is told what came of it).
"""

ALL_160 = """\
JOB           STATUS                     THREAD                TENANT  AGENT                          RUN           ASKED           TOOK   DEADLINE         OWNER
job_c7e95cbe  in progress, nobody waits  pricing-brief         acme    deep-research-preview-04-2026  v1_ChdTJVVGM  28 Nov 18:49  15 min  in 50 min  9999999 gone
"""
DEAD = f"{process_id().split('/')[0]}/9999999/abc"


def kinds() -> list[Job]:
    """Return jobs of every kind, the oldest first."""
    usual = make_job(
        target=AGENT,
        place=None,
        created_at=AT - 720 * MINUTE_S,
        forget_at=AT * 2,
        lease_until=0.0,
        owner=DEAD,
    )

    def job(key: str, thread: str, tenant: str, ago_s: float, **changes: Any) -> Job:
        scope = Scope("gemini|host|print", tenant, thread)
        at = AT - ago_s
        changes = {"created_at": at, "updated_at": at, "deadline_at": at} | changes
        return replace(usual, key=key, scope=scope, **changes)

    failed = job(
        "job_b54ef38b0", "sanctions-check", "globex", 729 * MINUTE_S, status="failed"
    )
    done = job("job_b2f2ef510", "", "globex", 189 * MINUTE_S, status="completed")
    lost = job(
        "job_5253e7730", "patent-search", "globex", 109 * MINUTE_S, status="lost"
    )
    graph = job("job_522e050f0", "competitor-scan", "acme", 64 * MINUTE_S, interrupts=1)
    alone = job("job_c7e95cbe0", "pricing-brief", "acme", 15 * MINUTE_S)
    return [
        replace(failed, interaction_id="v1_Chdmt", updated_at=AT - 723 * MINUTE_S),
        replace(
            done,
            interaction_id="v1_ChdYX2tLmore",
            updated_at=AT - 173 * MINUTE_S,
            handed_on_at=AT - 173 * MINUTE_S,
        ),
        lost,
        replace(
            graph,
            status="in_progress",
            interaction_id="v1_ChdGE1YXM",
            deadline_at=AT + 32,
        ),
        replace(
            alone,
            status="in_progress",
            interaction_id="v1_ChdTJVVGM",
            deadline_at=AT + 50 * MINUTE_S,
            lease_until=AT + 30,
        ),
    ]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    clock = SimpleNamespace(time=lambda: AT)
    monkeypatch.setattr(listing, "time", clock)
    with closing(SqliteStore("state.db")) as opened:
        yield opened


def run(*arguments: str, columns: int | None = None) -> Result:
    environment = {"COLUMNS": str(columns) if columns else None}
    return CliRunner(env=environment).invoke(jobs, arguments)


def fill(store: SqliteStore) -> None:
    """Let each job become what it is, as a process does that holds it at first."""
    for job in kinds():
        first = replace(job, status="intent", interaction_id="", handed_on_at=0.0)
        store.add_job(replace(first, lease_until=AT))
        assert store.update_job(job)


def test_the_table_has_a_hundred_columns(store: SqliteStore) -> None:
    fill(store)

    done = run("list", "--all", columns=100)

    assert (done.exit_code, done.stdout) == (0, ALL_100)
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_table_that_is_piped_is_whole_and_has_no_colour(store: SqliteStore) -> None:
    fill(store)

    assert run("list").stdout.startswith(ALL_160)


def test_columns_go_from_the_right_where_there_is_no_room(store: SqliteStore) -> None:
    fill(store)

    for columns, heads in ((70, 3), (60, 2), (40, 2)):
        head, *lines = run("list", columns=columns).stdout.splitlines()
        assert head.split() == ["JOB", "STATUS", "THREAD"][:heads]
        assert max(map(len, lines)) <= columns


def test_nothing_is_told_by_colour_only(store: SqliteStore) -> None:
    fill(store)

    coloured = run("list", "--color", "always", columns=100).stdout

    assert click.unstyle(coloured) == ALL_100
    assert click.style("lost", fg="red") in coloured
    assert click.style("failed, unclaimed", fg="red") in coloured
    assert click.style("in progress, nobody waits", fg="yellow") in coloured
    assert click.style("late, suspended", fg="yellow") in coloured


def test_one_object_has_all_that_is_known(store: SqliteStore) -> None:
    fill(store)

    found = json.loads(run("list", "--json").stdout)
    lines = [json.loads(line) for line in run("list", "--jsonl").stdout.splitlines()]

    assert (found["schema"], found["now"]) == (1, AT)
    assert found["jobs"] == lines
    assert [each["state"] for each in lines] == [
        *("nobody_waits", "suspended", "lost", "ended", "ended"),
    ]
    first = lines[0]
    assert first == {
        "key": "job_c7e95cbe0",
        "status": "in_progress",
        "state": "nobody_waits",
        "trouble": None,
        "next": GOES_ON,
        "unclaimed": False,
        "interaction_id": "v1_ChdTJVVGM",
        "target": AGENT,
        "session_id": "acme",
        "thread_id": "pricing-brief",
        "created_at": AT - 15 * MINUTE_S,
        "updated_at": AT - 15 * MINUTE_S,
        "answered_at": AT - 15 * MINUTE_S,
        "failing_since": None,
        "failure": None,
        "held_at": AT - 30,
        "ended_at": None,
        "deadline_at": AT + 50 * MINUTE_S,
        "lease_until": AT + 30,
        "owner": DEAD,
        "owner_alive": False,
        "attempts": 0,
        "interrupts": 0,
        "handed_on_at": None,
        "consumed_at": None,
        "forget_at": AT * 2,
        "trace_id": None,
        "events": [
            {"at": AT - 15 * MINUTE_S, "what": "intent", "owner": DEAD},
            {"at": AT - 15 * MINUTE_S, "what": "submitted", "owner": DEAD},
        ],
    }
    assert lines[2]["interaction_id"] is None
    assert lines[3]["thread_id"] is None


def test_what_is_printed_is_what_its_schema_says(store: SqliteStore) -> None:
    fill(store)
    store.add_job(make_job("job_held", owner=process_id(), lease_until=AT + 60))
    schema = json.loads((SCHEMAS / "jobs_list.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema)

    jsonschema.Draft202012Validator.check_schema(schema)
    for arguments in (["--all"], ["--thread", "nothing"]):
        check.validate(json.loads(run("list", "--json", *arguments).stdout))

    spoiled = json.loads(run("list", "--json").stdout)
    del spoiled["jobs"][0]["events"][0]["owner"]
    assert not check.is_valid(spoiled)


def test_a_run_is_told_whose_answer_no_call_has_had(store: SqliteStore) -> None:
    fill(store)
    done = store.get_job("job_b2f2ef510")
    assert done is not None

    before = run("list", columns=100).stdout
    assert store.update_job(replace(done, handed_on_at=0.0))
    after = run("list", "--color", "always", columns=100).stdout

    assert "job_b2f2ef51  completed     " in before
    assert click.style("completed, unclaimed", fg="yellow") in after
    taken = "; 1 with an answer that nobody has taken (the same call again takes it)"
    assert taken in " ".join(after.split())
    assert "; 1 unclaimed (over, " in " ".join(after.split())
    told = json.loads(run("list", "--json").stdout)["jobs"]
    assert [each["unclaimed"] for each in told] == [False, False, False, True, True]


NEXT_100 = """\
JOB           STATUS           THREAD  ASKED         TOOK  DEADLINE
job_lost0000  lost             told    28 Nov 18:44     -         -
job_intent00  lost             untold  28 Nov 18:44     -         -
job_gone0000  gone, unclaimed  survey  28 Nov 18:44   0 s         -

2 open: 1 lost (the next call begins anew), 1 lost (the next call raises LostSubmitError, or begins
anew with on_lost_submit='resubmit'); 1 unclaimed (over, and the next call looks for it once more;
if it is not there, it raises LostSubmitError, or begins anew with on_lost_submit='resubmit').
"""

NEXT_160 = """\
JOB           STATUS           THREAD  TENANT  AGENT                          RUN      ASKED         TOOK  DEADLINE  OWNER
job_lost0000  lost             told    -       deep-research-preview-04-2026  -        28 Nov 18:44     -         -     me
job_intent00  lost             untold  -       deep-research-preview-04-2026  -        28 Nov 18:44     -         -     me
job_gone0000  gone, unclaimed  survey  -       deep-research-preview-04-2026  v1_gone  28 Nov 18:44   0 s         -      -

2 open: 1 lost (the next call begins anew), 1 lost (the next call raises LostSubmitError, or begins anew with on_lost_submit='resubmit'); 1 unclaimed (over, and
the next call looks for it once more; if it is not there, it raises LostSubmitError, or begins anew with on_lost_submit='resubmit').
"""


@pytest.mark.parametrize(("columns", "said"), [(100, NEXT_100), (160, NEXT_160)])
def test_a_list_says_what_the_next_call_does_about_lost_runs(
    store: SqliteStore, columns: int, said: str
) -> None:
    begun = {
        "created_at": AT - 20 * MINUTE_S,
        "updated_at": AT - MINUTE_S,
        "forget_at": AT + 60 * MINUTE_S,
        "target": AGENT,
    }
    for name, thread, run_id in (
        ("lost", "told", ""), ("intent", "untold", ""), ("gone", "survey", "v1_gone"),
    ):  # fmt: skip
        scope = Scope("owner", "", thread)
        store.add_job(make_job(f"job_{name:0<8}", scope=scope, status=name, interaction_id=run_id, **begun))  # fmt: skip

    done = run("list", columns=columns)

    assert done.stdout == said
    for each in json.loads(run("list", "--json").stdout)["jobs"]:
        assert each["next"] in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("job", "status"),
    [("job_b54e", 1), ("job_525", 1), ("job_b2f", 0), ("job_c7e", 0), ("job_522e", 0)],
)
def test_the_exit_status_says_whether_a_job_has_failed(
    job: str, status: int, store: SqliteStore
) -> None:
    fill(store)

    assert run("show", job).exit_code == status
    assert run("show", job, "--json").exit_code == status


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("job_b54ef38b0", "the next call is told what came of it"),
        ("job_b2f2ef510", "nothing, its result was handed on"),
        ("job_5253e7730", "the next call begins anew"),
        ("job_522e050f0", "interactions jobs watch --resume MODULE:GRAPH"),
        ("job_c7e95cbe0", GOES_ON),
    ],
)
def test_a_job_says_what_to_do_in_the_words_of_the_list(
    key: str, said: str, store: SqliteStore
) -> None:
    fill(store)

    shown = run("show", key).stdout.splitlines()

    assert shown[2] == f"next:        {said}"
    is_in_the_sum = not said.startswith(("nothing", "the same call"))
    assert (said in " ".join(run("list").stdout.split())) is is_in_the_sum


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {**HELD, "deadline_at": AT + 60 * MINUTE_S},
            "nothing, it is waited for (interactions jobs cancel job_1 ends it)",
            id="running",
        ),
        pytest.param(
            {"status": "completed", "interrupts": 1},
            "interactions jobs watch --resume MODULE:GRAPH",
            id="over, and a graph waits",
        ),
        pytest.param(
            {"status": "requires_action"},
            "the answer is there, and nobody has taken it: "
            "graph.invoke(None, config) takes it",
            id="with calls of functions",
        ),
        pytest.param(
            {"status": "completed", "handed_on_at": AT, "consumed_at": AT},
            "nothing, it is done with",
            id="consumed",
        ),
        pytest.param(
            {"status": "completed", "place": None},
            "the answer is there, and nobody has taken it: "
            "the same call again takes it",
            id="outside a graph",
        ),
        pytest.param(
            {"status": "in_progress"},
            "graph.invoke(None, config) goes on with it; until then "
            "interactions jobs watch keeps its answer",
            id="nobody waits",
        ),
        pytest.param(
            {**HELD, "deadline_at": AT + 60 * MINUTE_S, "look": FORGOTTEN},
            "interactions jobs cancel job_1 gives it up, and graph.invoke(None, config) "
            "looks for it once more before another run is begun; until its deadline it "
            "is looked at",
            id="unknown to the server",
        ),
    ],
)
def test_every_job_has_a_next_step(changes: dict[str, Any], said: str) -> None:
    usual: dict[str, Any] = {"interaction_id": "v1_run", "lease_until": 0.0}
    told = ToldJob(job=make_job(**usual | changes), events=(), now=AT)

    assert next_text(told) == said


@pytest.mark.parametrize(
    ("look", "state", "lines"),
    [
        pytest.param(
            Look(AT - 4),
            ("running", None, "in progress"),
            ["server:      answered 2026-11-28 19:03:56Z", "held:        now"],
            id="alive, and so is its run",
        ),
        pytest.param(
            FORGOTTEN,
            ("running", "unknown", "not known"),
            [
                (
                    "server:      has not known it since 2026-11-28 18:49:00Z (404); before "
                    "that it answered 2026-11-28 18:48:00Z"
                ),
                "held:        now",
            ],
            id="alive, and its run is not known",
        ),
        pytest.param(
            Look(AT - 70, AT - 61, "503"),
            ("running", "unread", "not read"),
            [
                (
                    "server:      could not be asked since 2026-11-28 19:02:59Z (503); "
                    "before that it answered 2026-11-28 19:02:50Z"
                ),
                "held:        now",
            ],
            id="alive, and nobody can ask",
        ),
        pytest.param(
            Look(AT - 70, AT - 50, "503"),
            ("running", None, "in progress"),
            ["held:        now"],
            id="failing for less than a minute",
        ),
    ],
)
def test_whoever_waits_is_told_apart_from_what_the_server_says(
    look: Look,
    state: tuple[str, str | None, str],
    lines: list[str],
    store: SqliteStore,
) -> None:
    """A process that lives says nothing of a run that the server has forgotten."""
    held = {**HELD, "deadline_at": AT + 60 * MINUTE_S, "forget_at": AT * 2}
    store.add_job(make_job(**held, interaction_id="v1_run", look=look))

    shown = run("show", "job_1").stdout.splitlines()
    asked = json.loads(run("show", "job_1", "--json").stdout)
    listed = run("list").stdout

    hold("jobs_show", asked)
    job = asked["job"]
    assert (job["state"], job["trouble"]) == state[:2]
    assert (job["held_at"], job["answered_at"]) == (AT, look.answered_at)
    assert shown[1] == f"status:      {state[2]}"
    assert [line for line in shown if line in lines] == lines
    assert not any(line.startswith("changed") for line in shown)
    count = {"unknown": "1 that the server does not know", None: "1 waited for."}
    assert count.get(state[1], "1 that cannot be read from the server") in listed


def test_what_a_job_was_asked_is_told_by_its_beginning_or_hidden(
    store: SqliteStore,
) -> None:
    said = {
        "type": "user_input",
        "content": [{"type": "text", "text": "Sum\nup " * 99}],
    }
    ours = {"type": "user_input", "content": [{"type": "text", "text": "ours"}]}
    plan = {"reason": "root", "steps": [said, ours], "synthetic": [1]}
    store.add_job(make_job(forget_at=AT * 2, plan=plan))

    shown = run("show", "job_1").stdout
    hidden = run("show", "job_1", "--hide-content").stdout
    listed = run("list", "--json").stdout + run("show", "job_1", "--json").stdout

    assert "\nasked:       Sum up Sum up" in shown
    assert f"{('Sum up ' * 99)[:200]}…\n" in shown
    assert "ours" not in shown
    assert "\nasked:       hidden, 693 characters\n" in hidden
    assert "Sum" not in hidden + listed


def test_a_job_that_nobody_holds_says_until_when_somebody_did(
    store: SqliteStore,
) -> None:
    """A watcher that lets a job go holds it to that moment, and the row says 0."""
    held = {**HELD, "deadline_at": AT + 60 * MINUTE_S, "forget_at": AT * 2}
    job = make_job(**held, interaction_id="v1_run", look=Look(AT - 400))
    store.add_job(job)

    store.renew_job("job_1", process_id(), now=AT - 360, until=0.0)

    shown = run("show", "job_1").stdout.splitlines()
    assert "held:        until 2026-11-28 18:58:00Z" in shown
    assert "server:      answered 2026-11-28 18:57:20Z" in shown


@pytest.mark.parametrize(
    ("target", "since_s", "until_s", "word"),
    [
        pytest.param("model:m", 60, 540, "in progress", id="in time"),
        pytest.param("model:m", 600, 59, "late", id="deadline near"),
        pytest.param("model:m", 600, -1, "late", id="deadline over"),
        pytest.param(AGENT, 3_500, 9_000, "in progress", id="an agent in time"),
        pytest.param(AGENT, 3_600, 9_000, "late", id="an agent is over"),
    ],
)
def test_a_run_that_takes_longer_than_it_should_is_told(
    target: str, since_s: float, until_s: float, word: str, store: SqliteStore
) -> None:
    times = {"created_at": AT - since_s, "deadline_at": AT + until_s}
    job = make_job(**HELD | times, target=target, interaction_id="v1_run")
    store.add_job(replace(job, forget_at=AT * 2))

    assert run("show", "job_1").stdout.splitlines()[1] == f"status:      {word}"


def test_a_job_is_shown_with_its_history(store: SqliteStore) -> None:
    fill(store)
    job = store.get_job("job_c7e95cbe0")
    assert job is not None
    store.take_job(job, process_id(), now=AT - 5, until=AT + 55)

    done = run("show", "job_c7e").stdout.splitlines()
    asked = json.loads(run("show", "job_c7e", "--json").stdout)
    hold("jobs_show", asked)

    pid = process_id().split("/")[1]
    assert done[:2] == ["job:         job_c7e95cbe0", "status:      in progress"]
    assert f"owner:       {pid} alive" in done
    assert "deadline:    2026-11-28 19:54:00Z (in 50 min)" in done
    assert done[-5:] == [
        "history:",
        "  28 Nov 18:49:00  intent     9999999 gone",
        "  28 Nov 18:49:00  submitted  9999999 gone",
        "  28 Nov 19:03:30  last seen  9999999 gone",
        f"  28 Nov 19:03:55  acquired   {pid} alive",
    ]
    assert asked["job"]["owner_alive"] is True
    assert not any(line.startswith("trace:") for line in done)
    assert asked["job"]["trace_id"] is None
    assert len(asked["job"]["events"]) == 4


def test_a_job_that_was_traced_says_where_to_look(store: SqliteStore) -> None:
    trace = TraceContext(f"00-{'a1' * 16}-{'b2' * 8}-01", "vendor=what it says")
    store.add_job(make_job(created_at=AT, forget_at=AT * 2, trace=trace))

    shown = run("show", "job_1").stdout
    told = json.loads(run("show", "job_1", "--json").stdout)["job"]
    listed = json.loads(run("list", "--jsonl").stdout)

    assert f"trace:       {'a1' * 16}" in shown.splitlines()
    assert told["trace_id"] == listed["trace_id"] == "a1" * 16
    assert "vendor" not in shown + json.dumps(told)


def test_an_owner_elsewhere_is_named_with_its_machine() -> None:
    elsewhere = make_job(owner="web-1:boot:pid:[1]/12/ab+watcher", lease_until=AT + 9)
    unknown = replace(elsewhere, owner="somebody")

    told = [
        ToldJob(job=each, events=(), now=AT)
        for each in (elsewhere, unknown, replace(elsewhere, status="completed"))
    ]

    assert [owner_text(each) for each in told] == ["12 on web-1", "somebody", ""]


def test_an_empty_list_says_what_there_is_otherwise(store: SqliteStore) -> None:
    store.secret()
    assert run("list").stdout == "no jobs\n"
    store.add_job(make_job(forget_at=AT * 2, consumed_at=AT, lease_until=0.0))

    assert run("list").stdout == "no jobs; 1 job that was consumed with --all\n"
    other = run("list", "--thread", "other")

    assert (other.exit_code, other.stdout) == (
        0,
        "no job matches; 1 without the filter\n",
    )


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_does_nothing_to_a_terminal(
    name: str, store: SqliteStore
) -> None:
    """Databases refuse lone surrogates, so that none comes from there."""
    name = name.encode("utf-8", "replace").decode()
    hostile = make_job(
        f"job_{name}",
        scope=Scope(f"gemini|{name}|print", name, name),
        target=f"agent:{name}",
        owner=name,
        interaction_id=f"v1_{name}",
        status="in_progress",
        created_at=AT,
        forget_at=AT * 2,
        lease_until=AT + 9,
    )
    store.add_job(hostile)
    store.put(make_record(f"v1_{name}", scope=hostile.scope))
    store.add_erasures([Erasure(hostile.scope.credential, f"v1_{name}")])
    commands = (
        ["jobs", "list"],
        ["jobs", "list", "--long"],
        ["jobs", "list", "--json"],
        ["jobs", "list", "--jsonl"],
        ["jobs", "show", "job_"],
        ["jobs", "show", "job_", "--json"],
        ["jobs", "show", f"{name}!"],
        ["jobs", "cancel", f"{name}!"],
        ["accounts", "list"],
        ["erase", "--pending", "--dry-run"],
        ["db", "check"],
    )

    for arguments in commands:
        done = CliRunner().invoke(interactions, arguments)
        assert all(map(is_harmless, done.output.splitlines())), arguments
        assert done.exit_code in {0, 1}


def test_a_store_that_cannot_be_read_is_told_by_the_exit_status(
    store: SqliteStore,
) -> None:
    store.secret()
    store.close()
    with closing(sqlite3.connect("state.db")) as db:
        db.execute("UPDATE schema_versions SET version = 99 WHERE part = 'sessions'")
        db.execute("UPDATE schema_contracts SET version = 99, needs = 99")
        db.commit()

    for arguments in (["jobs", "list"], ["jobs", "show", "x"], ["usage"], ["explain"]):
        done = CliRunner().invoke(interactions, arguments)
        assert (done.exit_code, done.stdout) == (3, ""), arguments


@pytest.mark.parametrize(
    "command", [["jobs", "list"], ["jobs", "show", "x"], ["usage"]]
)
def test_a_store_in_memory_is_nobody_else_s_to_look_at(command: list[str]) -> None:
    done = CliRunner().invoke(interactions, [*command, "--sessions", "memory:a"])

    assert done.exit_code == 2
    assert "memory:a ends with its process; name a file or a database" in done.stderr


def test_wide_names_take_the_columns_that_they_take(store: SqliteStore) -> None:
    scope = Scope("gemini|host|print", "acme", "京都" * 30)
    store.add_job(make_job(scope=scope, created_at=AT, forget_at=AT * 2))

    lines = run("list", columns=100).stdout.splitlines()

    assert max(map(columns_of, lines)) <= 100
