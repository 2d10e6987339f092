"""`interactions sessions list`, `show` and `tree`, as they are typed."""

import json
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.printing.output import columns_of
from interactions_core.cli.root import interactions
from interactions_core.cli.sessions import sessions
from interactions_core.protocol.retention import DAY_S
from tests.core.looking import (
    NOW,
    RESEARCH,
    Thread,
    at,
    call,
    fill,
    model,
    result,
    user,
)
from tests.schemas import check

LIST_100 = """\
THREAD              TENANT  MODEL                   TURNS  AGAIN       COST  EXPIRES  JOBS
pricing-brief       acme    deep-research-preview…      -      -          -        -  nobody waits
patent-search       globex  deep-research-preview…      -      -          -        -  lost
(no thread) ne-001  globex  deep-research-preview…      1      -   no price     55 d  done
contract-review     globex  gemini-3.1-pro-preview     12     11     $0.857     55 d  -
sanctions-check     globex  deep-research-preview…      -      -          -        -  failed
trip-kyoto          globex  gemini-3.8-flash            6      -  >= $0.014     54 d  -
support-7731        acme    gemini-3.8-flash           61      2     $0.186     54 d  -
garden-diary        -       gemini-3.5-flash-lite       1      -    $0.0052  expired  -

8 threads, 81 turns, at least $1.06; $0.803 of it sent again.
2 turns have no price, or not all of it: nobody says what it costs.
"""

LIST_160 = """\
THREAD              TENANT  MODEL                          TURNS  AGAIN  FORKS  TOKENS    SENT  AS REPLAY       COST  EXPIRES  LAST          JOBS
pricing-brief       acme    deep-research-preview-04-2026      -      -      -       -     0 B        0 B          -        -  28 Nov 18:49  nobody waits
patent-search       globex  deep-research-preview-04-2026      -      -      -       -     0 B        0 B          -        -  28 Nov 17:15  lost
(no thread) ne-001  globex  deep-research-preview-04-2026      1      -      -    276k    71 B       71 B   no price     55 d  28 Nov 16:10  done
contract-review     globex  gemini-3.1-pro-preview            12     11      -    415k  1.7 MB     1.7 MB     $0.857     55 d  28 Nov 15:40  -
sanctions-check     globex  deep-research-preview-04-2026      -      -      -       -     0 B        0 B          -        -  28 Nov 06:55  failed
trip-kyoto          globex  gemini-3.8-flash                   6      -      2     19k   935 B     7.3 kB  >= $0.014     54 d  27 Nov 14:02  -
support-7731        acme    gemini-3.8-flash                  61      2      1     61k   29 kB     543 kB     $0.186     54 d  27 Nov 12:09  -
garden-diary        -       gemini-3.5-flash-lite              1      -      -    1.0k   100 B     1.0 kB    $0.0052  expired  26 Nov 21:05  -

8 threads, 81 turns, at least $1.06; $0.803 of it sent again.
2 turns have no price, or not all of it: nobody says what it costs.
"""

DEAREST_100 = """\
THREAD              TENANT  MODEL                   TURNS  AGAIN       COST  EXPIRES  JOBS
contract-review     globex  gemini-3.1-pro-preview     12     11     $0.857     55 d  -
support-7731        acme    gemini-3.8-flash           61      2     $0.186     54 d  -
trip-kyoto          globex  gemini-3.8-flash            6      -  >= $0.014     54 d  -
garden-diary        -       gemini-3.5-flash-lite       1      -    $0.0052  expired  -
pricing-brief       acme    deep-research-preview…      -      -          -        -  nobody waits
patent-search       globex  deep-research-preview…      -      -          -        -  lost
(no thread) ne-001  globex  deep-research-preview…      1      -   no price     55 d  done
sanctions-check     globex  deep-research-preview…      -      -          -        -  failed

8 threads, 81 turns, at least $1.06; $0.803 of it sent again.
2 turns have no price, or not all of it: nobody says what it costs.
"""

TOKENS_100 = """\
THREAD              TENANT  MODEL                   TURNS  AGAIN  TOKENS      COST  EXPIRES  JOBS
contract-review     globex  gemini-3.1-pro-preview     12     11    415k    $0.857     55 d  -
(no thread) ne-001  globex  deep-research-preview…      1      -    276k  no price     55 d  done
support-7731        acme    gemini-3.8-flash           61      2     61k    $0.186     54 d  -

3 of 8 threads, 81 turns, at least $1.06; $0.803 of it sent again.
2 turns have no price, or not all of it: nobody says what it costs.
"""

TOKENS_160 = """\
THREAD              TENANT  MODEL                          TURNS  AGAIN  FORKS  TOKENS    SENT  AS REPLAY      COST  EXPIRES  LAST          JOBS
contract-review     globex  gemini-3.1-pro-preview            12     11      -    415k  1.7 MB     1.7 MB    $0.857     55 d  28 Nov 15:40  -
(no thread) ne-001  globex  deep-research-preview-04-2026      1      -      -    276k    71 B       71 B  no price     55 d  28 Nov 16:10  done
support-7731        acme    gemini-3.8-flash                  61      2      1     61k   29 kB     543 kB    $0.186     54 d  27 Nov 12:09  -

3 of 8 threads, 81 turns, at least $1.06; $0.803 of it sent again.
2 turns have no price, or not all of it: nobody says what it costs.
"""

SHOW_100 = """\
trip-kyoto   tenant globex   gemini-3.8-flash   6 turns   >= $0.014   expires in 54 d
path to the newest answer, 4 of 6 turns; others: interactions sessions tree trip-kyoto

  1  27 Nov 13:55  root                                         113 B of 113 B  3.2k tokens  $0.0033
     user    How is the weather in Kyoto, Osaka and Nara this week?
     call    get_weather(Kyoto)
     call    get_weather(Osaka)
     call    get_weather(Nara)
  2  27 Nov 13:55  continue                                    433 B of 1.3 kB  3.9k tokens  $0.0020
     result  get_weather -> {"at": "Kyoto"}
     result  get_weather -> {"at": "Osaka"}
     result  get_weather -> {"at": "Nara"}
     model   All three are clear: Kyoto 11 °C, Osaka 13 °C, Nara 9 °C.
  3  27 Nov 13:56  continue                                     88 B of 1.6 kB  4.3k tokens  $0.0024
     user    Plan three days around Kyoto.
     model   Three days around Kyoto.

             Day 1, Kyoto. Fushimi Inari before eight. Fushimi Inari before eight. Fushimi Inari
             before eight. Fushimi Inari before eight. Fushimi Inari before eight.
  6  27 Nov 14:02  retry                                       101 B of 2.3 kB  5.2k tokens  $0.0030
     user    Plan three days around Kyoto, but cheaper.
     model   Three days around Kyoto, by bus.

1 turn has no price, or not all of it: nobody says what it costs.
"""

TREE_100 = """\
support-7731   acme   61 turns, 2 sent again, $0.186
○ root                  25 Nov 16:57  Hello, I am Ada Lovelace. My parcel has no…    115 B   $0.0031
│ ┊ 15 turns            25 Nov 16:59  to 25 Nov 17:13                               1.9 kB    $0.030
├─┐ ◆ expired           27 Nov 12:02  Actually the order number is 9999.            7.2 kB   $0.0069
│ └ ┊ 4 turns           27 Nov 12:03  to 27 Nov 12:06                                504 B    $0.010
│ ┊ 15 turns            26 Nov 06:03  to 26 Nov 06:17                               1.9 kB    $0.040
◆ expired               26 Nov 21:17  Do you also have the blue cable in stock?      14 kB    $0.011
│ ┊ 7 turns             26 Nov 21:18  to 26 Nov 21:24                                882 B    $0.023
├─┐ ● fork              27 Nov 12:05  Cancel the order instead.                       84 B   $0.0032
│ └ ┊ 3 turns, newest   27 Nov 12:07  to 27 Nov 12:09                                378 B   $0.0099
● ┊ 13 turns            26 Nov 21:28  to 26 Nov 21:40                               1.6 kB    $0.048

◆ sent again   ○ first   ● chained   ┊ collapsed, --all shows every turn
"""

TREE_160 = """\
support-7731   acme   61 turns, 2 sent again, $0.186
○ root                  25 Nov 16:57  Hello, I am Ada Lovelace. My parcel has not arrived yet.                                                   115 B   $0.0031
│ ┊ 15 turns            25 Nov 16:59  to 25 Nov 17:13                                                                                           1.9 kB    $0.030
├─┐ ◆ expired           27 Nov 12:02  Actually the order number is 9999.                                                                        7.2 kB   $0.0069
│ └ ┊ 4 turns           27 Nov 12:03  to 27 Nov 12:06                                                                                            504 B    $0.010
│ ┊ 15 turns            26 Nov 06:03  to 26 Nov 06:17                                                                                           1.9 kB    $0.040
◆ expired               26 Nov 21:17  Do you also have the blue cable in stock?                                                                  14 kB    $0.011
│ ┊ 7 turns             26 Nov 21:18  to 26 Nov 21:24                                                                                            882 B    $0.023
├─┐ ● fork              27 Nov 12:05  Cancel the order instead.                                                                                   84 B   $0.0032
│ └ ┊ 3 turns, newest   27 Nov 12:07  to 27 Nov 12:09                                                                                            378 B   $0.0099
● ┊ 13 turns            26 Nov 21:28  to 26 Nov 21:40                                                                                           1.6 kB    $0.048

◆ sent again   ○ first   ● chained   ┊ collapsed, --all shows every turn
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.fixture
def store() -> SqliteStore:
    made = SqliteStore("state.db")
    fill(made)
    made.close()
    return made


def run(*arguments: str, columns: int | None = 100, typed: str = "") -> Result:
    environment = {} if columns is None else {"COLUMNS": str(columns)}
    runner = CliRunner(env=environment)
    return runner.invoke(sessions, arguments, input=typed, catch_exceptions=False)


def found(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def ids(*arguments: str) -> list[str]:
    return [each["id"] for each in found("list", *arguments)["sessions"]]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("command", "columns", "said"),
    [
        pytest.param(("list",), 100, LIST_100, id="list at 100"),
        pytest.param(("list",), 160, LIST_160, id="list at 160"),
        pytest.param(("list",), None, LIST_160, id="list piped"),
        pytest.param(("list", "--sort", "cost"), 100, DEAREST_100, id="dearest at 100"),
        pytest.param(
            ("list", "--sort", "tokens", "-n", "3"), 100, TOKENS_100, id="most at 100"
        ),
        pytest.param(
            ("list", "--sort", "tokens", "-n", "3"), 160, TOKENS_160, id="most at 160"
        ),
        pytest.param(("show", "trip-kyoto"), 100, SHOW_100, id="show at 100"),
        pytest.param(("tree", "support-7731"), 100, TREE_100, id="tree at 100"),
        pytest.param(("tree", "support-7731"), 160, TREE_160, id="tree at 160"),
        pytest.param(("tree", "support-7731"), None, TREE_160, id="tree piped"),
    ],
)
def test_a_command_prints(
    command: tuple[str, ...], columns: int | None, said: str
) -> None:
    done = run(*command, columns=columns)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == said
    assert max(map(columns_of, done.stdout.splitlines())) <= (columns or 160)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_no_line_is_longer_than_the_terminal(columns: int) -> None:
    for command in (
        ("list",),
        ("show", "trip-kyoto"),
        ("tree", "support-7731", "--all"),
    ):
        lines = run(*command, columns=columns).stdout.splitlines()
        assert max(map(columns_of, lines)) <= columns, command


@pytest.mark.usefixtures("store")
def test_colours_say_what_words_say_as_well() -> None:
    coloured = run("list", "--color", "always").stdout

    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == LIST_100
    assert coloured.startswith("\x1b[2mTHREAD")
    assert "\x1b[1mtrip-kyoto\x1b[0m" in coloured
    for word, code in [
        *(("nobody waits", 33), ("lost", 31), ("failed", 31), ("expired", 33)),
        *(("11", 33), ("no price", 2), ("-", 2)),
    ]:
        assert f"\x1b[{code}m{word}\x1b[0m" in coloured
    drawn = run("tree", "support-7731", "--color", "always").stdout
    assert "\x1b[33mexpired\x1b[0m" in drawn
    assert re.sub("\x1b\\[[0-9;]*m", "", drawn) == TREE_100


@pytest.mark.usefixtures("store")
def test_a_list_says_nothing_of_what_was_said() -> None:
    said = run("list", "--long").stdout + run("list", "--json").stdout

    assert not re.search("Ada|parcel|Kyoto.*Osaka|contract.$|offers", said)


@pytest.mark.usefixtures("store")
def test_json_is_what_is_published() -> None:
    listed = found("list")

    check("sessions_list", listed)
    assert [each["id"] for each in listed["sessions"]][-1] == "garden-diary"
    support = next(s for s in listed["sessions"] if s["id"] == "support-7731")
    assert support["cost"] == {
        "usd": "0.1858",
        "again_usd": "0.0179",
        "unpriced_turns": 0,
    }
    assert support["fingerprint"] == "ba0fd87c5a48a04bd"
    assert listed["prices"] == {"source": "flat", "version": "1"}
    for name in ("trip-kyoto", "support-7731", "pricing-brief", "v1_alone-001"):
        check("sessions_show", found("show", name))
        check("sessions_show", found("show", name, "--all", "--hide-content"))
        check("sessions_tree", found("tree", name))
    lines = run("list", "--jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == listed["sessions"]


@pytest.mark.usefixtures("store")
def test_filters_choose_conversations() -> None:
    assert ids("--tenant", "acme") == ["pricing-brief", "support-7731"]
    assert ids("--thread", "trip-kyoto") == ["trip-kyoto"]
    assert ids("--until", "2026-11-26") == ["support-7731"]
    assert "trip-kyoto" not in ids("--since", "2026-11-28")
    assert ids("--model", "PRO-preview") == ["contract-review"]
    assert ids("--reason", "expired") == ["support-7731"]
    assert ids("--expiring") == []
    assert "trip-kyoto" in ids("--expiring", "8w")
    assert ids("--cost-over", "$0.20") == ["contract-review"]
    assert ids("-q", "parcel") == ["support-7731"]
    assert ids("-q", "v1_trip-kyoto-003") == ["trip-kyoto"]
    assert ids("-q", "patent-") == ["patent-search"]
    assert ids("-n", "2") == ["pricing-brief", "patent-search"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("sort", "first"),
    [
        pytest.param("last", ["pricing-brief", "patent-search"], id="last"),
        pytest.param("cost", ["contract-review", "support-7731"], id="cost"),
        pytest.param("tokens", ["contract-review", "v1_alone-001"], id="tokens"),
        pytest.param("turns", ["support-7731", "contract-review"], id="turns"),
    ],
)
def test_json_is_in_the_order_of_the_table(sort: str, first: list[str]) -> None:
    listed = ids("--sort", sort)

    assert listed[:2] == first
    assert ids("--sort", sort, "-n", "2") == first
    lines = run("list", "--jsonl", "--sort", sort, "-n", "2").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == first
    globex = [e for e in listed if e in ids("--tenant", "globex")]
    assert ids("--tenant", "globex", "--sort", sort) == globex


@pytest.mark.usefixtures("store")
def test_what_is_left_out_is_said() -> None:
    assert (
        "\n3 of 8 threads, 81 turns, at least $1.06; " in run("list", "-n", "3").stdout
    )
    assert "\n2 matching threads, 61 turns" in run("list", "--tenant", "acme").stdout
    nobody = run("list", "--tenant", "nobody")
    assert nobody.stdout == "no session matches; 8 without the filters\n"
    assert nobody.exit_code == 0


def test_an_empty_store_says_so() -> None:
    SqliteStore("state.db").secret()

    assert run("list").stdout == "no sessions\n"
    assert found("list")["sessions"] == []
    assert run("show", "last").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--cost-over", "much"),
        ("list", "--expiring", "soon"),
        ("list", "--since", "yesterday"),
        ("list", "--reason", "none"),
        ("list", "-n", "0"),
        ("list", "--sort", "price"),
    ],
)
@pytest.mark.usefixtures("store")
def test_what_cannot_be_read_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "name",
    ["trip-kyoto", "v1_trip-kyoto-006", "to-006", "trip-k", "v1_trip-kyoto-006 "],
)
def test_a_conversation_goes_by_several_names(name: str) -> None:
    if name.endswith(" "):
        told = json.loads(run("show", "-", "--json", typed=f"{name}\n\n").stdout)
    else:
        told = found("show", name)

    assert told["session"]["id"] == "trip-kyoto"
    assert [turn["id"][-3:] for turn in told["turns"]] == ["001", "002", "003", "006"]


def test_a_name_that_a_list_prints_is_taken_by_every_command() -> None:
    """Ours: ids of one second begin alike, so that they are told by their ends."""
    store = SqliteStore("state.db")
    for end in ("Kq7wE2", "Zb31Rt"):
        first = f"v1_ChczMXNNYXRyM3NM{end}"
        alone = Thread(store, "")
        alone.turn("root", at("27 Nov 10:00"), key=first, sent=[user(end)], held=[model("Yes.")])  # fmt: skip
        alone.turn("continue", at("27 Nov 10:01"), first, key=f"v1_next{end[::-1]}", sent=[user("And?")], held=[model("No.")])  # fmt: skip
    Thread(store, "").job("job_0123456789abcdef", at("27 Nov 09:00"))
    store.close()

    names = [line.partition("  ")[0] for line in run("list").stdout.splitlines()[1:4]]

    assert names[2] == "(no thread) abcdef"
    for name, end in zip(names[:2], ("Kq7wE2", "Zb31Rt"), strict=True):
        assert name == f"(no thread) {end}"
        for typed in (name, end):
            assert found("show", typed)["turns"][0]["id"].endswith(end)
            assert found("tree", typed)["session"]["id"].endswith(end)
        for command in (("explain",), ("replay", "--dry-run"), ("export", "--to=steps", "--id")):  # fmt: skip
            done = CliRunner().invoke(interactions, [*command, name])
            assert done.exit_code == 0, done.output
    assert found("show", names[2])["session"]["id"] == "job_0123456789abcdef"
    assert found("show", "abcdef")["turns"] == []


@pytest.mark.usefixtures("store")
def test_an_interaction_is_shown_with_what_leads_to_it() -> None:
    told = found("show", "v1_trip-kyoto-004")

    assert [turn["id"][-3:] for turn in told["turns"]] == ["001", "002", "004"]
    shown = run("show", "v1_trip-kyoto-004").stdout
    assert (
        "path to this answer, 3 of 6 turns; others: interactions sessions tree" in shown
    )


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("name", "said"),
    [("nobody", "goes by 'nobody'"), ("v1_trip", "6 go by"), ("\x1b[31m", "\\x1b[31m")],
)
def test_a_name_of_none_or_of_several_is_an_error(name: str, said: str) -> None:
    done = run("show", name)

    assert done.exit_code == 1
    assert said in done.stderr


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", ["show", "tree"])
def test_a_thread_without_an_answer_leads_to_its_jobs(command: str) -> None:
    done = run(command, "pricing-brief")

    head, *lines = done.stdout.splitlines()
    assert head.startswith("pricing-brief")
    hint = "its jobs: interactions jobs list --thread pricing-brief"
    assert lines == [
        "",
        f"nothing was answered in this thread yet; {hint}",
        "  job_c7e95cbe  in progress, nobody waits",
        "    next: the same call again goes on with it; until then interactions jobs watch keeps its answer",
    ]


@pytest.mark.parametrize("command", ["show", "tree"])
def test_a_job_without_a_thread_is_told_where_nothing_was_answered(
    command: str, store: SqliteStore
) -> None:
    alone = Thread(store, "", "acme", RESEARCH)
    alone.job("job_one", at("28 Nov 15:00"), status="lost")
    alone.job("job_other", at("28 Nov 16:00"), status="lost")

    lines = run(command, "job_one").stdout.splitlines()

    assert lines[-2:] == ["  job_one  lost", "    next: the next call begins anew"]
    assert not any("job_other" in line for line in lines)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", ["show", "tree"])
@pytest.mark.parametrize(
    "name", ["trip-kyoto", "trip-k", "to-006", "v1_trip-kyoto-006", "v1_alone-001"]
)
def test_what_another_tenant_has_goes_by_no_name(command: str, name: str) -> None:
    hints = {
        "acme": "`interactions sessions list --tenant acme` names them",
        "nobody": "no tenant is called so; there are acme, globex",
    }
    for tenant, hint in hints.items():
        done = run(command, name, "--tenant", tenant)

        said = f"no thread or interaction of tenant '{tenant}' goes by '{name}'"
        assert (done.exit_code, done.stderr) == (1, f"Error: {said}; {hint}\n")


def test_the_beginning_of_a_name_is_looked_for_in_one_tenant() -> None:
    store = SqliteStore("state.db")
    for name, tenant in (("trip-kyoto", "one"), ("trip", "two"), ("trip-rome", "two")):
        Thread(store, name, tenant).turn("root", at("27 Nov 10:00"))
    store.close()

    assert "tenant one" in run("show", "trip", "--tenant", "one").stdout
    assert run("show", "trip-", "--tenant", "two").stdout.startswith("trip-rome")
    assert "2 go by 'tri'" in run("show", "tri", "--tenant", "two").stderr


def test_of_conversations_with_one_name_the_newest_is_shown_and_the_others_named() -> (
    None
):
    store = SqliteStore("state.db")
    for tenant, when in (("one", "27 Nov 10:00"), ("two", "26 Nov 10:00")):
        Thread(store, "thread", tenant).turn("root", at(when))
    store.close()

    done = run("show", "thread")

    assert "tenant one" in done.stdout
    assert "2 conversations have this name" in done.stderr
    assert "tenant two" in run("show", "thread", "--tenant", "two").stdout


@pytest.mark.usefixtures("store")
def test_every_turn_is_shown_where_that_is_asked_for() -> None:
    told = found("show", "trip-kyoto", "--all")

    assert len(told["turns"]) == 6
    assert told["turns"][4]["cost"] is None
    shown = run("show", "trip-kyoto", "--all", columns=160).stdout
    assert "fork, failed" in shown
    assert "others:" not in shown


@pytest.mark.usefixtures("store")
def test_hidden_content_is_told_by_its_length() -> None:
    shown = run("show", "trip-kyoto", "--hide-content").stdout
    drawn = run("tree", "trip-kyoto", "--hide-content").stdout
    told = found("show", "trip-kyoto", "--hide-content")

    assert "     user    hidden, 54 characters\n" in shown
    for said in (shown, drawn, json.dumps(told)):
        assert "weather" not in said
    assert told["turns"][0]["sent"] == [{"type": "user_input", "characters": 54}]


def test_long_steps_are_cut_and_thoughts_left_out_until_all_is_asked_for() -> None:
    store = SqliteStore("state.db")
    long = "word " * 2_000
    thread = Thread(store, "long")
    thread.turn(
        *("root", at("27 Nov 10:00")),
        sent=[user(long)],
        held=[{"type": "thought", "signature": "c2lnbmVk"}, model("Yes.")],
    )
    store.close()

    short, whole = run("show", "long").stdout, run("show", "long", "--steps").stdout

    note = "first 4,000 of 10,000 characters; all of it: interactions sessions show"
    assert note in short
    assert "v1_long-001\n             --steps\n" in short
    assert "thought" not in short
    assert short.count("word") == 800
    assert whole.count("word") == 2_000
    assert '     thought {"signature": "c2lnbmVk"}\n' in whole


def test_calls_and_results_of_every_form_are_one_line_each() -> None:
    store = SqliteStore("state.db")
    steps = [
        call("none", 1),
        call("two", 2, a="x", b="y"),
        {"type": "function_call", "id": "c3", "name": "odd", "arguments": [1, {}]},
        {"type": "google_search_call", "arguments": {"queries": ["q"]}},
    ]
    Thread(store, "calls").turn(
        *("root", at("27 Nov 10:00")), sent=[result("two", 2, "a\n\tb")], held=steps
    )
    store.close()

    assert run("show", "calls").stdout.splitlines()[4:] == [
        "     result  two -> a",
        "             \\tb",
        "     call    none()",
        "     call    two(a=x, b=y)",
        "     call    odd([1, {}])",
        '     step    google_search_call {"arguments": {"queries": ["q"]}}',
    ]


def test_a_store_of_signatures_says_that_no_text_is_kept() -> None:
    store = SqliteStore("state.db", mirror="signatures")
    Thread(store, "bare").turn(
        "root", at("27 Nov 10:00"), sent=[user("secret")], held=[model("Hello there")]
    )
    store.close()

    shown = run("show", "bare").stdout

    assert "     model   not kept, 11 characters\n" in shown
    assert "only lengths and hashes are kept in this store" in shown
    assert run("tree", "bare").exit_code == 0
    done = run("list", "-q", "Hello")
    assert "names were looked at" in done.stderr


def test_what_expires_soon_is_said() -> None:
    store = SqliteStore("state.db")
    Thread(store, "soon").turn("root", NOW - DAY_S, kept_s=4 * DAY_S)
    store.close()

    assert ids("--expiring") == ["soon"]
    assert "\x1b[33m3 d\x1b[0m" in run("list", "--color", "always").stdout
    assert "expires in 3 d" in run("show", "soon").stdout


@pytest.mark.usefixtures("store")
def test_a_tree_is_drawn_with_ascii_where_there_is_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    runner = CliRunner(charset="ascii")

    done = runner.invoke(sessions, ["tree", "support-7731"], catch_exceptions=False)

    expected = TREE_100
    for box, plain in zip("○●◆┊│├─┐└…", "o*!:|+-.`~", strict=True):
        expected = expected.replace(box, plain)
    assert done.stdout == expected


@pytest.mark.usefixtures("store")
def test_a_tree_in_json_says_where_each_turn_hangs() -> None:
    told = found("tree", "support-7731")

    nodes = {node["id"]: node for node in told["nodes"]}
    assert len(nodes) == 61
    assert [node["branch"] for node in told["nodes"][:2]] == [0, 0]
    assert {node["branch"] for node in nodes.values()} == {0, 1, 2}
    [head] = [node for node in nodes.values() if node["head"]]
    assert head["id"] == told["session"]["last"]
    assert sum(len(node["children"]) for node in nodes.values()) == 60
    assert "sent" not in head


@pytest.mark.usefixtures("store")
def test_names_are_read_from_standard_input_one_after_the_other() -> None:
    done = run("tree", "-", typed="trip-kyoto\nsupport-7731\n")

    assert done.stdout.index("trip-kyoto") < done.stdout.index("\n\nsupport-7731")
    read = run("show", "-", typed="trip-kyoto\nsupport-7731\n").stdout
    assert read.startswith("trip-kyoto ")
    assert "\n\nsupport-7731 " in read
    lines = run("show", "-", "--json", typed="last\n\ntrip-kyoto\n").stdout.splitlines()
    assert [json.loads(line)["session"]["id"] for line in lines] == [
        "pricing-brief",
        "trip-kyoto",
    ]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", ["show", "tree"])
def test_a_wrong_name_among_others_is_told_and_the_others_are_gone_on_with(
    command: str,
) -> None:
    typed = "trip-kyoto\nno-such\n\x1b[31mred\nsupport-7731\n"

    done = run(command, "-", "--json", typed=typed)

    told = [json.loads(line)["session"]["id"] for line in done.stdout.splitlines()]
    assert told == ["trip-kyoto", "support-7731"]
    assert done.stderr.splitlines() == [
        f"Error: no thread or interaction goes by '{name}'; "
        "`interactions sessions list` names them"
        for name in ("no-such", "\\x1b[31mred")
    ]
    assert done.exit_code == 1


@pytest.mark.usefixtures("store")
def test_a_page_is_written_of_the_names_that_are_right() -> None:
    some = run("show", "-", "--html", "some.html", typed="no-such\ntrip-kyoto\n")
    none = run("show", "-", "--html", "none.html", typed="no-such\n")

    assert (some.exit_code, none.exit_code) == (1, 1)
    assert "no-such" in some.stderr
    assert "some.html: 1 conversation, trip-kyoto, " in some.stderr
    assert [path.name for path in Path().glob("*.html")] == ["some.html"]


@pytest.mark.usefixtures("store")
def test_a_page_of_all_is_of_one_conversation_where_one_is_named() -> None:
    every = run("show", "--all", "--html", "every.html")
    one = run("show", "trip-kyoto", "--all", "--html", "one.html")

    assert "every.html: 8 conversations, " in every.stderr
    assert "one.html: 1 conversation, trip-kyoto, " in one.stderr


@pytest.mark.usefixtures("store")
def test_columns_that_go_for_want_of_room_are_named() -> None:
    narrow = run("list", columns=80).stdout
    wide = run("list", columns=100).stdout

    assert "no room for EXPIRES, JOBS; a wider terminal has them, and a pipe" in narrow
    assert "no room" not in wide


@pytest.mark.parametrize(
    "command", [("list",), ("list", "-q", "Rome"), ("show",), ("tree",)], ids=" ".join
)
def test_a_store_that_is_too_old_is_not_changed(command: tuple[str, ...]) -> None:
    fixture = Path(__file__).parents[1] / "fixtures" / "before_rooms_state.sql"
    database = sqlite3.connect("state.db")
    database.executescript(fixture.read_text())
    database.close()
    before = Path("state.db").read_bytes()

    done = CliRunner().invoke(interactions, ["sessions", *command])

    assert done.exit_code == 3
    assert "interactions db migrate" in done.stderr
    assert Path("state.db").read_bytes() == before
    assert [path.name for path in Path().iterdir()] == ["state.db"]


@pytest.mark.usefixtures("store")
def test_only_a_search_writes_and_only_its_index() -> None:
    before = Path("state.db").read_bytes()
    for command in (("list",), ("show", "trip-kyoto"), ("tree", "support-7731")):
        run(*command)
    run("list", "-q", "parcel", "--no-index")

    assert Path("state.db").read_bytes() == before
    assert ids("-q", "parcel") == ids("-q", "parcel", "--no-index") == ["support-7731"]
    assert Path("state.db").read_bytes() != before


def test_the_first_of_a_conversation_without_a_thread_names_the_whole() -> None:
    store = SqliteStore("state.db")
    alone = Thread(store, "")
    first = alone.turn("root", at("27 Nov 10:00"))
    second = alone.turn("continue", at("27 Nov 10:01"), first)
    alone.turn("continue", at("27 Nov 10:02"), second)
    store.close()

    shown = [len(found("show", name)["turns"]) for name in (first, second)]

    assert shown == [3, 2]
