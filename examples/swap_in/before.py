"""An agent as it was: every turn sends everything, and the process forgets it all."""

from langchain.agents import create_agent
from langchain_google_genai import ChatGoogleGenerativeAI
from langgraph.checkpoint.memory import InMemorySaver


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"It is sunny in {city}."


model = ChatGoogleGenerativeAI(model="gemini-3.8-flash")
saver = InMemorySaver()
agent = create_agent(model, [get_weather], checkpointer=saver)

thread = {"configurable": {"thread_id": "1"}}
for said in ("My name is Ada.", "Please get_weather of Rome.", "What is my name?"):
    state = agent.invoke({"messages": said}, thread)
    print(state["messages"][-1].text)
