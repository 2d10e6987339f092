"""When the server has forgotten a conversation, one replay brings it back.

The emulator's clock moves past its retention. Ten seconds of the runtime are a wait:
the client's clock does not move, and an id younger than a minute that the server does
not know might only be new to it.
"""

from datetime import timedelta

from langchain_core.messages import HumanMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


def main():
    with Emulator(retention_s=timedelta(days=1).total_seconds()) as server:
        model = ChatInteractions(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        history, reasons, steps = [], [], []

        def say(text):
            history.append(HumanMessage(text))
            history.append(model.invoke(history))
            reasons.append(history[-1].response_metadata["plan_reason"])
            steps.append(len(server.requests()[-1]["body"]["input"]))
            return history[-1].text

        say("My name is Ada.")
        say("My order number is 7731.")
        server.advance(timedelta(days=2).total_seconds())
        answer = say("What is my name and my order number?")
        say("Thank you.")
        print(answer)
        print(*zip(reasons, steps, strict=True))

        assert answer == "Your name is Ada. Your order number is 7731."
        assert reasons == ["root", "continue", "expired", "continue"]
        assert steps[2] > 1
        assert steps[3] == 1


if __name__ == "__main__":
    main()
