"""Documents that one turn brought along are used by later turns and never sent again.

The second question costs a few hundred bytes, however long the documents are.
"""

from langchain_core.messages import HumanMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

MANUAL = "Keep the pump dry. " * 2_000


def main():
    with Emulator() as server:
        model = ChatInteractions(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        retrieved = {"type": "text", "text": f"<document>{MANUAL}</document>"}
        question = {"type": "text", "text": "My pump is a P-40. Is it safe here?"}

        history = [HumanMessage([retrieved, question])]
        history.append(model.invoke(history))
        history.append(HumanMessage("What is my pump?"))
        reply = model.invoke(history)

        first, second = (request["bytes"] for request in server.requests())
        held = server.transcript(reply.response_metadata["interaction_id"])
        print(f"{first:,} bytes, then {second:,}")
        print(reply.text)

        assert first > len(MANUAL) > 100 * second
        assert MANUAL in held[0]["content"][0]["text"]
        assert "P-40" in reply.text


if __name__ == "__main__":
    main()
