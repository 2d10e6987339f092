"""With `store=False` the server keeps nothing, and signatures still go back to it.

Every call carries the whole list; the reply to the tool's result is accepted because
the thought signature of the call was kept here.
"""

from langchain_core.messages import HumanMessage, ToolMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


def look_up_order(number: int) -> str:
    """Look up the state of an order by its number."""
    return f"Order {number} left the warehouse on Tuesday."


def main():
    with Emulator() as server:
        model = ChatInteractions(
            model="gemini-3.8-flash", store=False, base_url=server.url, api_key="any"
        ).bind_tools([look_up_order])

        history = [HumanMessage("Please look_up_order 7731.")]
        asked = model.invoke(history)
        (call,) = asked.tool_calls
        result = ToolMessage(look_up_order(**call["args"]), tool_call_id=call["id"])
        reply = model.invoke([*history, asked, result])
        body = server.requests()[-1]["body"]
        print(reply.text)
        print(*(step["type"] for step in body["input"]))

        assert reply.text.endswith("left the warehouse on Tuesday.")
        assert reply.response_metadata["plan_reason"] == "stateless"
        assert body["store"] is False
        assert "previous_interaction_id" not in body
        assert any(step.get("signature") for step in body["input"])


if __name__ == "__main__":
    main()
