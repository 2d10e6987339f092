"""An edited message is never answered from what the server heard before the edit.

The call goes back to the last unchanged point and the server forks there. With
`options = {}` this runs on the real API with GEMINI_API_KEY.
"""

from langchain_core.messages import HumanMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


def main():
    with Emulator() as server:
        options = {"base_url": server.url, "api_key": "any"}
        model = ChatInteractions(model="gemini-3.8-flash", **options)

        history = [HumanMessage("My name is Ada.")]
        first = model.invoke(history)
        history += [first, HumanMessage("My order number is 7731.")]
        history += [model.invoke(history)]

        history[2] = HumanMessage("My order number is 9999.")
        question = HumanMessage("What is my order number? Answer in one sentence.")
        reply = model.invoke([*history, question])
        origin = reply.response_metadata
        print(reply.text, origin["plan_reason"])

        assert "9999" in reply.text
        assert "7731" not in reply.text
        assert origin["plan_reason"] == "fork"
        assert (
            origin["previous_interaction_id"]
            == first.response_metadata["interaction_id"]
        )


if __name__ == "__main__":
    main()
