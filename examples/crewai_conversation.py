"""A flow's conversation goes on in another process, with the same server session.

The flow keeps its messages; the session file knows which interaction holds them. Runs
on the emulator as it is; without `base_url` and `api_key` it runs on the real API.
"""

import os
import tempfile
from pathlib import Path

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai.flow.conversational import ConversationConfig
from crewai.flow.flow import Flow
from crewai.flow.persistence import SQLiteFlowPersistence, persist

from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator


def turn(server, folder, text):
    llm = InteractionsLLM(
        model="gemini-3.8-flash",
        sessions=f"sqlite:///{folder}/sessions.db",
        base_url=server.url,
        api_key="any",
    )

    @persist(SQLiteFlowPersistence(f"{folder}/flow.db"))
    @ConversationConfig(system_prompt="You are a guide.", llm=llm)
    class Chat(Flow):
        pass

    return Chat(suppress_flow_events=True).handle_turn(text, session_id="ada")


def main():
    with Emulator() as server, tempfile.TemporaryDirectory() as folder:
        turn(server, Path(folder), "My name is Ada.")
        print(turn(server, Path(folder), "What is my name?"))

        first, second = server.requests()
        assert second["body"]["previous_interaction_id"] == first["interaction"]
        assert len(second["body"]["input"]) == 1


if __name__ == "__main__":
    main()
