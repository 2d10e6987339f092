"""Flows, conversations, and agents that are asked on their own."""

from typing import Any

from crewai.flow.conversational import ConversationConfig
from crewai.flow.flow import Flow, listen, start

from tests.crewai.crews import ROME, GetWeather, agent, says, sequential
from tests.crewai.witness import Witness


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def mixed(llm: Witness) -> None:
    """Direct calls, an agent and a crew, one after the other."""

    class Mixed(Flow[Any]):
        @start()
        def direct(self) -> str:
            told = [{"role": "system", "content": "Be kind."}, user("Hi.")]
            said = llm.call(told)
            told += [{"role": "assistant", "content": said}, user("More.")]
            return llm.call(told)

        @listen(direct)
        def plain(self, said: str) -> str:
            return llm.call(f"Shorten: {said}")

        @listen(plain)
        def asked(self) -> str:
            return agent("Helper", llm, GetWeather()).kickoff("The weather?").raw

        @listen(asked)
        def crew(self) -> None:
            sequential(llm)

    Mixed().kickoff()


MIXED = [
    says("Helper", ROME, "Sunny."),
    says("Researcher", ROME, "Sunny."),
    says("Writer", "A text."),
]


def conversation(llm: Witness) -> None:
    @ConversationConfig(system_prompt="Be kind.", llm=llm)
    class Chat(Flow[Any]):
        pass

    chat = Chat()
    for text in ("My name is Ada.", "Hello?", "What is my name?"):
        said = chat.handle_turn(text, session_id="s")
    assert "Ada" in str(said)


def kickoffs(llm: Witness) -> None:
    worker = agent("Worker", llm, GetWeather())
    out = worker.kickoff("First?")
    worker.kickoff([*out.messages, user("Second?")])


KICKOFFS = [says("Worker", ROME, "Sunny.", "Yes.")]


def plain_transcript(llm: Witness) -> None:
    """CrewAI wraps the last user turn, and brings it back without the wrapper."""
    worker, told = agent("Worker", llm), list[dict[str, Any]]()
    for text in ("One?", "Two?", "Three?"):
        said = worker.kickoff([*told, user(text)]).raw
        told += [user(text), {"role": "assistant", "content": said}]


WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def local_functions(llm: Witness) -> None:
    """CrewAI's chat: what the function returns is shown as the model's words."""
    functions = {"get_weather": lambda city: f"{city}: 21C"}
    told: list[Any] = [
        {"role": "system", "content": "Be kind."},
        {"role": "assistant", "content": "Welcome."},
        user("The weather?"),
    ]
    said = llm.call(told, tools=[WEATHER], available_functions=functions)
    told += [{"role": "assistant", "content": said}, user("Thanks.")]
    llm.call(told, tools=[WEATHER], available_functions=functions)


LOCAL = [
    {
        "sequence": [
            {"calls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]},
            {"text": "Bye."},
        ]
    }
]
