"""A support conversation survives a restart and a change of mind; each turn sends only itself.

Runs on a local emulator without a key. With `--live` and GEMINI_API_KEY it runs on the
real API. The process that talks is ended in the middle and a new one goes on. Printed is
what had to be remembered; with `--all` every word, and every call. With `--ui` a browser
shows the page of the store, and with `--store FILE` the store stays there, and the last
lines say how to look into it. Costs need the extra `prices`.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from langchain_core.messages import SystemMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from interactions_core import open_store
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver

MODEL = "gemini-3.8-flash"
THREAD = {"configurable": {"thread_id": "ticket-1"}}
RULES = SystemMessage(
    "You are a support agent. Answer in one sentence; repeat numbers and names exactly."
)

MORNING = [
    "Hello, my name is Ada Lovelace.",
    "My order number is 7731.",
    "Please look_up_order 7731.",
    "My phone number is 555-0199.",
    "What is my order number?",
]
AFTERNOON = [
    "What is my name?",
    "Please look_up_order 8842 as well.",
    "What is my phone number?",
    "My delivery address is 12 Analytical Lane.",
    "What is my delivery address?",
    "And what is my order number?",
]
CHANGE_OF_MIND = ["My order number is 9999.", "What is my order number?"]
EXPECTED = {
    "What is my order number?": "7731",
    "What is my name?": "Ada",
    "What is my phone number?": "555-0199",
    "What is my delivery address?": "Analytical",
    "And what is my order number?": "7731",
}


@tool
def look_up_order(number: int) -> str:
    """Look up the state of an order by its number."""
    return f"Order {number} left the warehouse on Tuesday."


def build(saver):
    model = ChatInteractions(model=MODEL).bind_tools([look_up_order])
    graph = StateGraph(MessagesState)
    graph.add_node(
        "agent", lambda state: {"messages": [model.invoke([RULES, *state["messages"]])]}
    )
    graph.add_node("tools", ToolNode([look_up_order]))
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", tools_condition)
    graph.add_edge("tools", "agent")
    return graph.compile(checkpointer=saver)


def say(graph, question, shows_all, config=THREAD):
    state = graph.invoke({"messages": [("user", question)]}, config)
    answer = state["messages"][-1].text
    if shows_all or question in EXPECTED:
        print(f"  {question} {answer}")
    return answer


def talk(part, database, shows_all):
    """Take one part of the conversation; this is all that the child processes do."""
    with InteractionsSaver.from_conn_string(database) as saver:
        graph = build(saver)
        if part == "fork":
            past = next(
                state
                for state in graph.get_state_history(THREAD)
                if len(state.values["messages"]) == 2 and not state.next
            )
            say(graph, CHANGE_OF_MIND[0], shows_all, past.config)
            assert "9999" in say(graph, CHANGE_OF_MIND[1], shows_all)
            return
        for question in MORNING if part == "morning" else AFTERNOON:
            answer = say(graph, question, shows_all)
            assert EXPECTED.get(question, "") in answer, (question, answer)


def table(entries, shows_all):
    """Print why requests were sent as they were: each call, or calls by the reason."""
    print(f"\n{'why':<13}  calls  bytes sent  a full replay  bytes less")
    reasons = dict.fromkeys(entry.reason for entry in entries)
    alike = [[e for e in entries if e.reason == reason] for reason in reasons]
    for rows in [[entry] for entry in entries] if shows_all else alike:
        sent, replay = totals(rows)
        less = f"{1 - sent / replay:.0%}"
        print(
            f"{rows[0].reason:<13}  {len(rows):>5}  {sent:>10}  {replay:>13}  {less:>10}"
        )
    sent, replay = totals(entries)
    print(f"\nsent {sent} bytes of input; replaying every turn would be {replay}")
    print("what is billed is tokens, those of the history either way")


def totals(entries):
    return sum(e.bytes_sent for e in entries), sum(e.replay_bytes for e in entries)


def run(database, shows_all):
    for part in ("morning", "afternoon", "fork"):
        print(f"{part}, in a process of its own", flush=True)
        asked = ["--part", part, "--database", database]
        asked += ["--all"] if shows_all else []
        subprocess.run([sys.executable, __file__, *asked], check=True)
    entries = [entry for _, entry in open_store(database).ledger()]
    table(entries, shows_all)
    assert [entry.reason for entry in entries].count("root") == 1
    assert "fork" in {entry.reason for entry in entries}
    assert not any(entry.recovered for entry in entries)
    sent, replay = totals(entries)
    assert sent < replay / 3


def kept(store):
    """Say where the store is, and the command that looks into it."""
    command = shutil.which("interactions", path=str(Path(sys.executable).parent))
    if command and Path(command).is_relative_to(Path.cwd()):
        command = Path(command).relative_to(Path.cwd())
    asked = f"sessions list --sessions sqlite:///{Path(store).as_posix()}"
    print(f"\nthe store is {store}; to look into it:")
    print(f"  {command or 'interactions'} {asked}")


def look(database):
    """Show the page of the store in a browser, until Ctrl-C."""
    code = "from interactions_core.cli.entry import main; main()"
    asked = ["ui", "--sessions", database]
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run([sys.executable, "-c", code, *asked], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--live", action="store_true", help="use the real API")
    parser.add_argument("--all", action="store_true", help="print every word and call")
    parser.add_argument("--ui", action="store_true", help="show the page of the store")
    parser.add_argument("--store", metavar="FILE", help="leave the store in this file")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        talk(options.part, options.database, options.all)
        return
    if options.store and Path(options.store).exists():
        sys.exit(
            f"{options.store} is there already, and was left as it is. "
            "Name another file, or delete it, and run this again."
        )
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{options.store or Path(folder) / 'support.db'}"
        if options.live:
            run(database, options.all)
        else:
            with Emulator() as emulator:
                os.environ["GOOGLE_GEMINI_BASE_URL"] = emulator.url
                os.environ["GEMINI_API_KEY"] = "any key will do here"
                run(database, options.all)
        if options.store:
            kept(options.store)
        if options.ui:
            look(database)


if __name__ == "__main__":
    main()
