"""The ledger says what each call sent, and what sending everything would have been.

With `options = {}` this runs on the real API with GEMINI_API_KEY.
"""

from langchain_core.messages import HumanMessage

from interactions_core import MemoryStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


def main():
    with Emulator() as server:
        options = {"base_url": server.url, "api_key": "any"}
        store = MemoryStore()
        model = ChatInteractions(model="gemini-3.8-flash", sessions=store, **options)

        history = []
        for text in ("My name is Ada.", "My order number is 7731.", "Thank you."):
            history.append(HumanMessage(text))
            history.append(model.invoke(history))
        entries = [entry for _, entry in store.ledger()]
        for entry in entries:
            print(entry.reason, entry.bytes_sent, entry.replay_bytes)

        assert [entry.reason for entry in entries] == ["root", "continue", "continue"]
        assert all(entry.steps_sent == 1 for entry in entries)
        assert entries[2].replay_bytes > entries[1].replay_bytes
        assert store.usage().input_tokens == sum(e.usage.input_tokens for e in entries)


if __name__ == "__main__":
    main()
