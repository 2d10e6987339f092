"""One driver for each adapter: how a framework says a list, asks it, and is answered.

A list is written in plain dictionaries (`role`, `content`; `calls` of an answer;
`call_id` and `name` of a result). A driver makes the framework's own messages of it; an
answer's `own` is the framework's message, which goes back into the list as it came.
"""

import asyncio
import json
import runpy
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Protocol

from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)

from interactions_core import open_store
from interactions_core.adapter import Connection
from tests.adapters.toy import toy_model
from tests.docs.pages import ROOT
from tests.waiting import go_by

Message = dict[str, Any]
OPTIONS: Final = {"model": "gemini-3.5-flash", "api_key": "k"}
"""What every adapter is given unless a test says otherwise."""

AGENT_FRAMEWORK: Final = ROOT / "examples" / "agent_framework_client.py"


class Driver(Protocol):
    """An adapter as the scenarios see it."""

    ways: Sequence[str]
    """Of `unary`, `async`, `stream` and `async stream`, those that it has."""

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        """Ask a whole list; `way` is the first of `ways` if it is not said."""
        ...

    def reword(self, message: Message, text: str) -> None:
        """Change the framework's message of one that was asked before, in place."""
        ...

    def adopt(self, messages: list[Message], interaction_id: str) -> None: ...

    def close(self) -> None: ...


class Toy:
    """The adapter of docs/adapters.md."""

    ways = ("unary", "async", "stream", "async stream")

    def __init__(self, options: Mapping[str, Any], clock: Callable[[], float]) -> None:
        rest = OPTIONS | options
        connection = Connection(
            base_url=rest.pop("base_url"),
            api_key=rest.pop("api_key"),
            api_version=rest.pop("api_version", None),
        )
        store, self._tools = open_store(rest.pop("sessions")), rest.pop("tools", [])
        self._model = toy_model()(
            rest.pop("model"), store, connection=connection, clock=clock, **rest
        )

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        tools = [*self._tools, *tools]
        if way == "stream":
            return [*self._model.stream(messages, tools)][-1]
        if way == "async":
            return asyncio.run(self._model.aask(messages, tools))
        if way == "async stream":
            return asyncio.run(self._last(messages, tools))
        return self._model.ask(messages, tools)

    async def _last(self, messages: list[Message], tools: Sequence[Message]) -> Message:
        return [event async for event in self._model.astream(messages, [*tools])][-1]

    def reword(self, message: Message, text: str) -> None:
        message["content"] = text

    def adopt(self, messages: list[Message], interaction_id: str) -> None:
        self._model.adopt(messages, interaction_id)

    def close(self) -> None:
        self._model.close()


class LangGraph:
    """`ChatInteractions`, asked by hand."""

    ways = ("unary", "async", "stream", "async stream")

    def __init__(self, options: Mapping[str, Any], clock: Callable[[], float]) -> None:
        rest = OPTIONS | options
        if "webhook_config" in rest:
            rest["model_kwargs"] = {"webhook_config": rest.pop("webhook_config")}
        made = import_module("interactions_langgraph").ChatInteractions
        self._model: Any = made(**rest)
        go_by(self._model, clock)

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        said = [_langchain(message) for message in messages]
        model: Any = self._model.bind_tools([*tools]) if tools else self._model
        if way == "stream":
            answer = _sum([*model.stream(said)])
        elif way == "async":
            answer = asyncio.run(model.ainvoke(said))
        elif way == "async stream":
            answer = asyncio.run(_last_of(model.astream(said)))
        else:
            answer = model.invoke(said)
        calls = [
            {"id": c["id"], "name": c["name"], "arguments": c["args"]}
            for c in answer.tool_calls
        ]
        return {
            "role": "assistant",
            "content": answer.text,
            "calls": calls,
            "own": answer,
        }

    def reword(self, message: Message, text: str) -> None:
        message["own"].content = text

    def adopt(self, messages: list[Message], interaction_id: str) -> None:
        self._model.adopt(interaction_id, [_langchain(m) for m in messages])

    def close(self) -> None:
        self._model.close()


def _langchain(message: Message) -> Any:
    from langchain_core.messages import convert_to_messages  # noqa: PLC0415

    if message.get("own") is not None:
        return message["own"]
    said = {"role": message["role"], "content": message["content"]}
    if message.get("calls"):
        said["tool_calls"] = [
            {"id": c["id"], "name": c["name"], "args": c["arguments"]}
            for c in message["calls"]
        ]
    if message["role"] == "tool":
        said |= {"tool_call_id": message["call_id"], "name": message["name"]}
    [message["own"]] = convert_to_messages([said])
    return message["own"]


def _sum(chunks: list[Any]) -> Any:
    from langchain_core.messages import message_chunk_to_message  # noqa: PLC0415

    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return message_chunk_to_message(whole)


async def _last_of(chunks: Any) -> Any:
    return _sum([chunk async for chunk in chunks])


class AutoGen:
    """`InteractionsChatCompletionClient`, asked by hand."""

    ways = ("async", "async stream")

    def __init__(self, options: Mapping[str, Any], clock: Callable[[], float]) -> None:
        package = import_module("interactions_autogen")
        self._client = package.InteractionsChatCompletionClient(**OPTIONS | options)
        go_by(self._client, clock)

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        return asyncio.run(self._ask(messages, tools, way))

    async def _ask(
        self, messages: list[Message], tools: Sequence[Message], way: str
    ) -> Message:
        said, schemas = [*_autogen(messages)], [_schema(tool) for tool in tools]
        token = CancellationToken()
        if way == "async stream":
            stream = self._client.create_stream(
                said, tools=schemas, cancellation_token=token
            )
            result: Any = [event async for event in stream][-1]
        else:
            result = await self._client.create(
                said, tools=schemas, cancellation_token=token
            )
        own = AssistantMessage(content=result.content, source="assistant")
        if isinstance(result.content, str):
            text: str = result.content
            return {"role": "assistant", "content": text, "calls": [], "own": own}
        calls = [
            {"id": c.id, "name": c.name, "arguments": json.loads(c.arguments)}
            for c in result.content
        ]
        return {"role": "assistant", "content": "", "calls": calls, "own": own}

    def reword(self, message: Message, text: str) -> None:
        message["own"].content = text

    def adopt(self, messages: list[Message], interaction_id: str) -> None:
        self._client.adopt(interaction_id, [*_autogen(messages)])

    def close(self) -> None:
        asyncio.run(self._client.close())


def _schema(tool: Message) -> Any:
    return {key: tool[key] for key in ("name", "description", "parameters")}


def _autogen(messages: list[Message]) -> Any:
    results: list[FunctionExecutionResult] = []
    for message in messages:
        if message["role"] == "tool":
            results.append(
                FunctionExecutionResult(
                    content=message["content"],
                    name=message["name"],
                    call_id=message["call_id"],
                    is_error=False,
                )
            )
            continue
        if results:
            yield FunctionExecutionResultMessage(content=results)
            results = []
        message.setdefault("own", _autogen_message(message))
        yield message["own"]
    if results:
        yield FunctionExecutionResultMessage(content=results)


def _autogen_message(message: Message) -> Any:
    content = message["content"]
    if message["role"] == "system":
        return SystemMessage(content=content)
    if message["role"] == "user":
        return UserMessage(content=content, source="user")
    calls = [
        FunctionCall(c["id"], json.dumps(c["arguments"]), c["name"])
        for c in message.get("calls", ())
    ]
    return AssistantMessage(content=calls or content, source="assistant")


class CrewAI:
    """`InteractionsLLM`, asked by hand."""

    ways = ("unary", "async", "stream", "async stream")

    def __init__(self, options: Mapping[str, Any], clock: Callable[[], float]) -> None:
        # Not for all: it changes the environment of the whole process.
        from tests.crewai.quiet import imported  # noqa: PLC0415

        llm = imported("interactions_crewai").InteractionsLLM
        self._llm: Any = llm(**OPTIONS | options)
        go_by(self._llm, clock)

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        declared = [{"type": "function", "function": _schema(tool)} for tool in tools]
        asked: Any = [_crewai(message) for message in messages], declared or None
        self._llm.stream = "stream" in way
        if "async" in way:
            said = asyncio.run(self._llm.acall(*asked))
        else:
            said = self._llm.call(*asked)
        if isinstance(said, str):
            return {"role": "assistant", "content": said, "calls": []}
        calls = [
            {
                "id": call["id"],
                "name": call["function"]["name"],
                "arguments": json.loads(call["function"]["arguments"]),
            }
            for call in said
        ]
        return {"role": "assistant", "content": "", "calls": calls, "raw": said}

    def reword(self, message: Message, text: str) -> None:
        message["own"]["content"] = text

    def adopt(self, messages: list[Message], interaction_id: str) -> None:
        self._llm.adopt(interaction_id, [_crewai(m) for m in messages])

    def close(self) -> None:
        self._llm.close()


def _crewai(message: Message) -> Message:
    if message.get("own") is not None:
        return message["own"]
    said: Message = {"role": message["role"], "content": message["content"]}
    if message.get("calls"):
        said["tool_calls"] = message.get("raw") or [
            {
                "id": c["id"],
                "type": "function",
                "function": {
                    "name": c["name"],
                    "arguments": json.dumps(c["arguments"]),
                },
            }
            for c in message["calls"]
        ]
    if message["role"] == "tool":
        said |= {"tool_call_id": message["call_id"], "name": message["name"]}
    message["own"] = said
    return said


class AgentFramework:
    """The chat client of examples/agent_framework_client.py, asked by hand."""

    ways = ("async", "async stream")

    def __init__(self, options: Mapping[str, Any], _: Callable[[], float]) -> None:
        rest = OPTIONS | options
        store = open_store(rest.pop("sessions"))
        self._example = runpy.run_path(str(AGENT_FRAMEWORK))
        made = self._example["InteractionsChatClient"]
        self._client: Any = made(rest.pop("model"), store, **rest)

    def ask(
        self, messages: list[Message], tools: Sequence[Message] = (), way: str = ""
    ) -> Message:
        return asyncio.run(self._ask(messages, tools, way))

    async def _ask(
        self, messages: list[Message], tools: Sequence[Message], way: str
    ) -> Message:
        af = import_module("agent_framework")
        declared = [
            af.FunctionTool(
                name=tool["name"],
                description=tool["description"],
                input_model=tool["parameters"],
            )
            for tool in tools
        ]
        asked = self._client.get_response(
            [_agent_framework(af, message) for message in messages],
            stream=way == "async stream",
            options={"tools": declared} if declared else {},
        )
        response = await (
            asked.get_final_response()
            if hasattr(asked, "get_final_response")
            else asked
        )
        [own] = response.messages
        calls = [
            {"id": c.call_id, "name": c.name, "arguments": c.arguments}
            for c in own.contents
            if c.type == "function_call"
        ]
        return {
            "role": "assistant",
            "content": response.text,
            "calls": calls,
            "own": own,
        }

    def reword(self, message: Message, text: str) -> None:
        message["own"].contents[:] = [
            import_module("agent_framework").Content.from_text(text)
        ]

    def adopt(self, messages: list[Message], interaction_id: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """The example's client lives as long as its program."""


def _agent_framework(af: Any, message: Message) -> Any:
    if message.get("own") is not None:
        return message["own"]
    contents = [af.Content.from_text(message["content"])] if message["content"] else []
    if message["role"] == "tool":
        contents = [
            af.Content.from_function_result(
                message["call_id"], result=message["content"]
            )
        ]
    contents += [
        af.Content.from_function_call(c["id"], c["name"], arguments=c["arguments"])
        for c in message.get("calls", ())
    ]
    message["own"] = af.Message(message["role"], contents)
    return message["own"]


OPTIONAL: Final = {
    "toy": {
        "test_budgets",
        "test_model_without_background_answers_at_once_where_that_will_do",
        "test_webhook_is_told_which_job_it_hears_of",
    },
    "agent_framework": {
        "test_adopted_interaction_is_gone_on_with",
        "test_background",
        "test_budgets",
        "test_options",
    },
}
"""What an adapter may leave out: at most four, by name of a scenario or a file."""

_BESIDE: Final = {"langgraph": LangGraph, "autogen": AutoGen}

DRIVERS: Final[dict[str, Any]] = (
    {"agent_framework": AgentFramework}
    if find_spec("agent_framework")
    else {"crewai": CrewAI}
    if find_spec("interactions_crewai")
    else {"toy": Toy}
    | {name: _BESIDE[name] for name in _BESIDE if find_spec(f"interactions_{name}")}
)
"""Those that are installed. CrewAI and Agent Framework have environments of their own,
`nox -s crewai` and `nox -s agent_framework`; the others have been tried already."""


def ask_once(
    name: str,
    options: Mapping[str, Any],
    messages: list[Message],
    now: float,
    tools: Sequence[Message] = (),
) -> Message:
    """Ask an adapter that is made for this one question, as a process does."""
    return DRIVERS[name](options, lambda: now).ask(messages, tools)
