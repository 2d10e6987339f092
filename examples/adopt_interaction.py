"""A conversation that was begun with google-genai goes on in LangChain messages.

Without the addresses and the keys in the code, this runs on the real API with
GEMINI_API_KEY.
"""

from google import genai
from langchain_core.messages import AIMessage, HumanMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

MODEL = "gemini-3.8-flash"


def main():
    with Emulator() as server:
        client = genai.Client(api_key="any", http_options={"base_url": server.url})
        begun = client.interactions.create(model=MODEL, input="My name is Ada.")

        model = ChatInteractions(model=MODEL, base_url=server.url, api_key="any")
        history = [HumanMessage("My name is Ada."), AIMessage(begun.output_text)]
        model.adopt(begun.id, history)
        reply = model.invoke([*history, HumanMessage("What is my name?")])
        print(reply.text)

        assert "Ada" in reply.text
        assert reply.response_metadata["previous_interaction_id"] == begun.id


if __name__ == "__main__":
    main()
