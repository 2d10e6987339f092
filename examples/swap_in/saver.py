"""The second step: the state is a small file that outlives the process."""

from langchain.agents import create_agent

from interactions_langgraph import ChatInteractions, InteractionsSaver


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"It is sunny in {city}."


model = ChatInteractions(model="gemini-3.8-flash")
saver = InteractionsSaver.from_conn_string("sqlite:///state.db")
agent = create_agent(model, [get_weather], checkpointer=saver)

thread = {"configurable": {"thread_id": "1"}}
for said in ("My name is Ada.", "Please get_weather of Rome.", "What is my name?"):
    state = agent.invoke({"messages": said}, thread)
    print(state["messages"][-1].text)
