"""`interactions explain`: what is typed, and what is printed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from langchain_core.messages import BaseMessage, HumanMessage

from interactions_core import InteractionsError, explain, open_store
from interactions_core.cli.arguments.stores import opened_database
from interactions_core.cli.root import interactions
from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.words import READ_AS_INPUT
from interactions_core.records.labels import Label
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.core.looking import Thread, at, fill
from tests.schemas import check
from tests.waiting import go_by

pytest.importorskip("genai_prices", reason="needs the extra `prices`")

AT_15 = "Current time: 15:00. Review this contract."
COST = re.compile(r"cost {8}\$(0\.\d+) {9,}chained, about \$(0\.\d+)")
AT_14 = "Current time: 14:56. Review this contract."


@pytest.fixture
def url(tmp_path: Path, emulator: Emulator, clock: Clock) -> str:
    """Have a conversation whose first message says what time it is."""
    sessions = f"sqlite:///{tmp_path}/s.db"
    model = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="k",
        base_url=emulator.url,
        sessions=sessions,
        session_id="acme",
    )
    go_by(model, clock)
    first: BaseMessage = HumanMessage(AT_14)
    said = [first, model.invoke([first]), HumanMessage("Is it signed?")]
    model.invoke([HumanMessage(AT_15), *said[1:]])
    model.invoke([HumanMessage("Something else.")])
    return sessions


def run(url: str, *arguments: str, columns: int = 100) -> Result:
    command = ["explain", "--sessions", url, *arguments]
    return CliRunner().invoke(interactions, command, env={"COLUMNS": str(columns)})


def keys_of(url: str) -> list[str]:
    return [entry.key for _, entry in open_store(url).ledger()]


def test_the_newest_that_was_sent_again_is_explained(url: str) -> None:
    done = run(url)

    first, second, _ = (f"{key[:5]}…{key[-6:]}" for key in keys_of(url))
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0].startswith(f"{second}   (no thread) {second[-6:]}, turn 1 of 1   ")
    assert lines[0].endswith("   gemini-3.5-flash")
    compared = f"step 1 of 3, user_input; compared with {first}"
    assert lines[2:8] == [
        "root: everything was sent, because no earlier answer fits this list.",
        "",
        f"first step that differs     {compared}",
        "what the user had said is another text.",
        f"  - {AT_14}",
        f"  + {AT_15}",
    ]
    assert "     chained it would have been 72 B, 1 step" in lines[9]
    assert (
        lines[10]
        == f"{'':12}3 are in the list; 1, like thoughts, are kept with answers"
    )
    assert " fresh, 0 cached, " in lines[11]
    cost, prices = COST.fullmatch(lines[12]), lines[13]
    assert cost is not None
    assert float(cost[2]) <= float(cost[1])
    assert prices.startswith("            prices: genai-prices ")
    assert lines[15].startswith("to avoid it, keep what changes out of the first")
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("columns", [100, 160])
def test_steps_that_are_told_of_are_counted_as_they_are_sent(
    url: str, emulator: Emulator, clock: Clock, columns: int
) -> None:
    whole = json.loads(run(url, "--json").stdout)
    assert (whole["difference"]["of"], whole["sent"]["list_steps"]) == (3, 3)
    assert whole["sent"]["steps"] == len(whole["turn"]["sent"]) == 4
    assert whole["turn"]["synthetic"] == [1]

    model = ChatInteractions(model="gemini-3.5-flash", api_key="k", base_url=emulator.url, sessions=url)  # fmt: skip
    go_by(model, clock)
    said: list[BaseMessage] = [HumanMessage("One.")]
    for text in ("Two.", "Three."):
        said += [model.invoke(said), HumanMessage(text)]
    model.invoke(said)
    model.invoke([*said[:-1], HumanMessage("Another three.")])

    lines = run(url, "last", columns=columns).stdout.splitlines()
    assert "step 5 of 5, user_input" in "\n".join(lines)
    at = next(i for i, line in enumerate(lines) if line.startswith("sent "))
    assert re.match(r"sent {8}\d+ B, 1 step  ", lines[at])
    assert lines[at + 1] == f"{'':12}the list has 5; the answer that was continued has the others"  # fmt: skip
    fork = json.loads(run(url, "last", "--json").stdout)
    assert (fork["sent"]["steps"], fork["sent"]["list_steps"]) == (1, 5)


def test_a_wider_terminal_breaks_no_line(url: str) -> None:
    done = run(url, columns=160)

    cost, advice = done.stdout.splitlines()[-3], done.stdout.splitlines()[-1]
    assert COST.fullmatch(cost.partition("      prices: genai-prices ")[0])
    assert advice.endswith("it would send nothing again, but cost the cache")


def test_content_is_told_by_its_size_where_it_is_to_be_hidden(url: str) -> None:
    shown, found = run(url, "--hide-content"), run(url, "--hide-content", "--json")

    assert "  - user_input, 101 B, mark " in shown.stdout
    assert "contract" not in shown.stdout + found.stdout
    sent = json.loads(found.stdout)["turn"]["sent"]
    assert sent[0] == {"type": "user_input", "characters": len(AT_15)}


def test_json_has_its_keys_in_order_and_null_for_what_is_unknown(url: str) -> None:
    first, second, third = keys_of(url)

    found = json.loads(run(url, "--json").stdout)

    check("explain", found)
    check("explain", json.loads(run(url, "--hide-content", "--json").stdout))
    assert [*found] == [
        *("schema", "turn", "why", "because", "sentence", "difference", "setup"),
        *("sent", "chained", "same_in_session", "advice"),
    ]
    assert found["turn"]["id"] == second
    assert found["turn"]["parent_id"] is None
    assert (found["why"], found["because"]) == ("root", "no_prefix_fits")
    difference = found["difference"]
    assert difference["step"] == 1
    assert difference["compared_with"] == first
    assert difference["now"]["text"] == AT_15
    cost, chained = found["turn"]["cost"]["usd"], found["chained"]
    assert {**chained, "usd": "?"} == {"steps": 1, "bytes": 72, "usd": "?"}
    assert 0 < float(chained["usd"]) < float(cost)
    assert found["same_in_session"] == {"turns": 1, "of": 3, "usd": cost}
    newest = json.loads(run(url, third, "--json").stdout)
    assert newest["because"] == "new_conversation"
    assert newest["difference"] is None
    assert newest["chained"] is None
    assert newest["advice"] is None


def test_json_has_the_steps_of_the_turn_and_how_it_goes_on(url: str) -> None:
    turn = json.loads(run(url, "--json").stdout)["turn"]

    said = [step["content"][0]["text"] for step in turn["sent"] if "content" in step]
    assert (said[0], said[-1]) == (AT_15, "Is it signed?")
    assert turn["held"][-1]["type"] == "model_output"
    assert (turn["link"], turn["job"]) == ("none", None)
    assert turn["sent"][turn["synthetic"][0]]["type"] == "thought"
    assert turn["cost"]["prices"][0].startswith("genai-prices ")


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        pytest.param(lambda key: key, 1, id="whole"),
        pytest.param(lambda key: key[:40], 1, id="beginning"),
        pytest.param(lambda key: key[-6:], 1, id="end"),
        pytest.param(lambda _: "last", 3, id="newest"),
    ],
)
def test_an_interaction_is_named_in_several_ways(
    url: str, name: Any, turn: int
) -> None:
    done = run(url, name(keys_of(url)[0]), "--json")

    assert json.loads(done.stdout)["turn"]["id"] == keys_of(url)[turn - 1]


def test_turns_without_a_thread_are_counted_in_their_conversation(
    tmp_path: Path,
) -> None:
    sessions = f"sqlite:///{tmp_path}/team.db"
    store = open_store(sessions)
    keys: dict[str, list[str]] = {"writer": [], "critic": []}
    for number in range(6):
        name = ("writer", "critic")[number % 3 == 2]
        own = keys[name]
        agent = Thread(store, "", "umbrella", label=Label(name=name))
        after, why = (own[-1], "continue") if own else ("", "root")
        key = f"v1_{name}-00000{number}"
        own.append(agent.turn(why, at("27 Nov 10:00") + number, after, key=key))
    store.close()

    for name, own in keys.items():
        said = [run(sessions, key).stdout.splitlines()[0] for key in own]
        head = f"({name}) {own[0][-6:]}, turn "

        assert all(head in line for line in said)
        of = [line.partition(head)[2].partition("   ")[0] for line in said]
        assert of == [f"{i + 1} of {len(own)}" for i in range(len(own))]


def test_a_thread_stands_for_its_newest_turn_that_was_sent_again(
    tmp_path: Path,
) -> None:
    sessions = f"sqlite:///{tmp_path}/threads.db"
    store = open_store(sessions)
    fill(store)
    Thread(store, "pricing-brief", "other").turn("root", at("27 Nov 10:00"))
    store.close()

    def explained(name: str) -> str:
        return json.loads(run(sessions, name, "--json").stdout)["turn"]["id"]

    assert explained("support-7731") == "v1_support-7731-053"
    assert explained("support") == "v1_support-7731-053"
    assert explained("trip-kyoto") == "v1_trip-kyoto-006"
    waiting = run(sessions, "pricing-brief")
    assert waiting.exit_code == 1
    assert "nothing was answered in 'pricing-brief' yet" in waiting.stderr
    assert "interactions jobs list --thread pricing-brief" in waiting.stderr
    assert "--tenant chooses." in waiting.stderr


def test_a_turn_that_was_continued_is_told_why_it_costs_what_it_costs(
    tmp_path: Path,
) -> None:
    sessions = f"sqlite:///{tmp_path}/threads.db"
    store = open_store(sessions)
    fill(store)
    store.close()

    continued = " ".join(run(sessions, "v1_trip-kyoto-003").stdout.split())
    first = " ".join(run(sessions, "v1_trip-kyoto-001").stdout.split())

    assert READ_AS_INPUT in continued
    assert READ_AS_INPUT not in first


@pytest.mark.parametrize(
    ("name", "said"),
    [("nobody", "no thread or interaction goes by"), ("v1_", "3 go by")],
)
def test_a_name_of_none_or_of_several_is_an_error(
    url: str, name: str, said: str
) -> None:
    done = run(url, name)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {said} ")


def test_a_store_that_nothing_was_sent_again_in_says_so(tmp_path: Path) -> None:
    empty = f"sqlite:///{tmp_path}/s.db"
    open_store(empty).secret()

    done = run(empty)

    assert done.exit_code == 0
    assert done.stdout == "nothing was sent again\n"
    assert run(empty, "--json").stdout == "null\n"


def test_an_empty_name_does_not_stand_for_the_newest(url: str) -> None:
    done = run(url, "")

    assert done.exit_code == 2
    assert "an empty name names no interaction" in done.stderr


def test_of_turns_without_outlines_it_says_that_nobody_can_tell(url: str) -> None:
    """Ours: this is how turns look that a release before outlines has recorded."""
    with opened_database(url) as store, store.database.writing() as db:
        db.execute("DELETE FROM outlines")

    shown, found = run(url), run(url, "--json")

    said = "nothing was sent again as far as is known; of 2 turns that sent everything"
    assert shown.stdout.startswith(said)
    assert (found.exit_code, found.stdout) == (0, "null\n")
    assert found.stderr.startswith(said)


def test_an_interaction_that_the_store_does_not_know_is_an_error() -> None:
    with pytest.raises(UnknownInteractionError) as caught:
        explain(open_store("memory:unknown"), "v1_nobody")

    assert isinstance(caught.value, InteractionsError)
    assert isinstance(caught.value, LookupError)
    assert caught.value.name == "v1_nobody"


def test_what_was_left_out_of_a_turn_is_said(
    tmp_path: Path, emulator: Emulator
) -> None:
    sessions = f"sqlite:///{tmp_path}/left_out.db"
    said = "Unknown parameter 'temperature'."
    emulator.fault(do={"status": 400, "message": said})
    warm = {"model": "gemini-3.5-flash", "api_key": "k", "temperature": 0.5}
    ChatInteractions(**warm, base_url=emulator.url, sessions=sessions).invoke("Hi.")

    done = run(sessions, keys_of(sessions)[0])

    line = "left out    generation_config.temperature, which the API does not know"
    assert line in done.stdout.splitlines()
