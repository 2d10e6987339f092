"""Deep research shows its plan first, runs when it is approved, and a model goes on.

The agent works in the background while the calls wait. Without `base_url` and
`api_key` the same program asks Google and takes some minutes.
"""

import tempfile
from pathlib import Path

from langchain_core.messages import HumanMessage

from interactions_core import PlanDecision
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

PLANS = {
    "type": "deep-research",
    "thinking_summaries": "auto",
    "collaborative_planning": True,
}


def main():
    with Emulator() as server, tempfile.TemporaryDirectory() as folder:
        sessions = f"sqlite:///{Path(folder) / 'sessions.db'}"
        where = {"base_url": server.url, "api_key": "any", "sessions": sessions}
        agent = ChatInteractions(
            agent="deep-research-preview-04-2026", agent_config=PLANS, **where
        )
        talk = [HumanMessage("Research my topic: the history of TPUs.")]

        plan = agent.invoke(talk)
        go = PlanDecision(approved=True)
        talk += [plan, HumanMessage(go.text)]
        report = None
        for piece in agent.stream(talk, plan_decision=go):
            report = piece if report is None else report + piece
        talk += [report, HumanMessage("How many sources have you cited?")]
        answer = ChatInteractions(model="gemini-3.8-flash", **where).invoke(talk)

        print(plan.text.splitlines()[0])
        print(len(report.response_metadata["grounding_metadata"]["grounding_chunks"]))
        print(answer.response_metadata["plan_reason"])

        sent = [r["body"] for r in server.requests() if r["method"] == "POST"]
        assert [len(body["input"]) for body in sent] == [1, 1, 1]
        assert [body.get("background") for body in sent] == [True, True, None]
        assert "agreed plan" in report.text


if __name__ == "__main__":
    main()
