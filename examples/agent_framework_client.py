"""A chat client for Microsoft's Agent Framework keeps conversations on the server.

One file for AutoGen's successor, which AutoGen's users are told to move to: its
`service_session_id` is an interaction, with streams, tools and background runs that are
found again by their continuation token; a conversation that AutoGen began goes on here.
Needs `pip install agent-framework-core`. Without `base_url` and `api_key` it asks Google.
"""

import asyncio
import time

from agent_framework import (
    Agent,
    BaseChatClient,
    ChatResponse,
    ChatResponseUpdate,
    Content,
    FunctionInvocationLayer,
    Message,
)
from autogen_core.models import AssistantMessage, UserMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import MemoryStore
from interactions_core.adapter import (
    AsyncInteractionsClient,
    ClientPolicy,
    Connection,
    TextDelta,
    Transcript,
    Turn,
    function_call,
    function_result,
    model_output,
    parsed_arguments,
    text_part,
    user_input,
    visible_reply,
)
from interactions_core.adapter.options import own_names
from interactions_core.exceptions import UnsupportedContentError
from interactions_emulator import Emulator

MODEL = "gemini-3.5-flash"


def steps_of(messages):
    """Read messages; the names of functions stand beside their calls only."""
    names = {}
    for message in messages:
        for content in message.contents:
            match content.type:
                case "text" if message.role == "user":
                    yield user_input([text_part(content.text)])
                case "text" if message.role == "assistant":
                    yield model_output([text_part(content.text)])
                case "text":
                    pass  # An instruction, which is a setting.
                case "function_call":
                    names[content.call_id] = content.name
                    arguments = content.arguments
                    if isinstance(arguments, str):
                        arguments = parsed_arguments(arguments)
                    yield function_call(content.call_id, content.name, arguments)
                case "function_result":
                    # With a service session the list has no calls; core names results
                    # after those of the parent.
                    name = names.get(content.call_id, "")
                    yield function_result(content.call_id, name, content.result)
                case kind:
                    reason = f"content of type {kind!r} has no step"
                    raise UnsupportedContentError(reason)


def contents_of(reply):
    for step in visible_reply(reply.steps):
        if step.kind == "function_call":
            name = reply.own_name(step.wire["name"])
            yield Content.from_function_call(
                step.wire["id"], name, arguments=step.wire["arguments"]
            )
    if reply.text:
        yield Content.from_text(reply.text)


def response_of(reply, conversation_id):
    return ChatResponse(
        messages=[Message("assistant", [*contents_of(reply)])],
        response_id=reply.interaction_id,
        conversation_id=conversation_id,
        model=reply.model_name,
        usage_details={
            "input_token_count": reply.usage.input_tokens,
            "output_token_count": reply.usage.output_tokens,
        },
    )


class InteractionsChatClient(FunctionInvocationLayer, BaseChatClient):
    """A chat client of Agent Framework; the server stores its conversations.

    An agent that is given a session sends new messages only, and names the interaction
    that they follow. Without a session the whole list comes, and core finds out what of
    it the server has.
    """

    STORES_BY_DEFAULT = True

    def __init__(self, model, store, *, session_id="", **connection):
        super().__init__()
        policy = ClientPolicy(max_retries=4, retention_s=55 * 86_400, clock=time.time)
        self._model, self._store, self._session_id = model, store, session_id
        self._client = AsyncInteractionsClient(Connection(**connection), policy)

    def _inner_get_response(self, *, messages, stream, options, **_):
        if stream:
            return self._build_response_stream(self._stream(messages, options))
        return self._respond(messages, options)

    async def _respond(self, messages, options):
        token = options.get("continuation_token")
        if token:
            # What was asked is in the token, so that any process can go on.
            messages = [Message.from_dict(m) for m in token["messages"]]
        turn = self._turn(messages, options, background=bool(token))
        if turn.background:
            return await self._look(turn, messages, options)
        return await self._client.turn(turn, self._store, self._hand_on(options))

    async def _look(self, turn, messages, options):
        found = await self._client.suspend(turn, self._store)
        if found.reply is not None:
            return await self._hand_on(options)(found.reply)
        asked = [message.to_dict() for message in messages]
        token = {"interaction_id": found.interaction_id, "messages": asked}
        return ChatResponse(response_id=found.interaction_id, continuation_token=token)

    async def _stream(self, messages, options):
        turn = self._turn(messages, options)
        hand_on = self._hand_on(options)
        async for event in self._client.stream(turn, self._store, hand_on):
            if isinstance(event, TextDelta):
                text = Content.from_text(event.text)
                yield ChatResponseUpdate(role="assistant", contents=[text])
            elif isinstance(event, ChatResponse):
                [answer] = event.messages
                calls = [c for c in answer.contents if c.type == "function_call"]
                yield ChatResponseUpdate(
                    role="assistant",
                    contents=calls,
                    response_id=event.response_id,
                    conversation_id=event.conversation_id,
                )

    def _turn(self, messages, options, *, background=False):
        tools = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters(),
            }
            for tool in options.get("tools") or ()
        ]
        said = [options.get("instructions") or ""]
        said += [m.text for m in messages if m.role == "system"]
        settings = {"tools": tools} if tools else {}
        if any(said):
            settings["system_instruction"] = "\n\n".join(filter(None, said))
        background = background or options.get("background", False)
        return Turn(
            transcript=Transcript.of([*steps_of(messages)]),
            target=("model", options.get("model") or self._model),
            settings=settings,
            # Keeps users apart: what was said under one is never found under another.
            session_id=self._session_id,
            previous_interaction_id=options.get("conversation_id") or "",
            background=background,
            suspends=background,
            own_names=own_names(tools),
            only_text=True,
        )

    def _hand_on(self, options):
        stored = options.get("store", True)

        async def hand_on(reply):
            return response_of(reply, reply.interaction_id if stored else None)

        return hand_on


def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"{city}: 21 degrees"


def sent(server):
    return [r["body"] for r in server.requests() if r["method"] == "POST"]


async def talk(client, server):
    agent = Agent(client, instructions="Be brief.", tools=[get_weather])
    session = agent.create_session()
    await agent.run("My name is Ada.", session=session)
    answer = await agent.run("What is my name?", session=session)
    first, second = sent(server)
    print("session:", answer.text)
    assert "Ada" in answer.text
    assert len(second["input"]) == 1
    assert second["previous_interaction_id"]
    assert second["tools"] == first["tools"]

    call = {"name": "get_weather", "arguments": {"city": "Rome"}}
    server.script([{"sequence": [{"calls": [call]}, {"text": "It is warm."}]}])
    answer = await agent.run("What is the weather in Rome?", session=session)
    [result] = sent(server)[-1]["input"]
    print("tools:", answer.text)
    assert (result["type"], result["result"]) == (
        "function_result",
        get_weather("Rome"),
    )

    server.script([])
    asked = agent.run("What is my name?", session=session, stream=True)
    pieces = [piece.text async for piece in asked]
    print("stream:", "".join(pieces))
    assert "Ada" in "".join(pieces)


async def wait_in_background(client, server):
    agent = Agent(client)
    begun = await agent.run("Count the stars.", options={"background": True})
    creates, token = len(sent(server)), begun.continuation_token
    while token:
        # A program keeps the token, as JSON, and looks again whenever it likes.
        server.advance(1)
        found = await agent.run([], options={"continuation_token": token})
        token = found.continuation_token
    print("background:", found.text)
    assert found.text
    assert len(sent(server)) == creates


async def move_from_autogen(client, store, server, where):
    before = InteractionsChatCompletionClient(model=MODEL, sessions=store, **where)
    said = "My name is Grace."
    result = await before.create([UserMessage(content=said, source="user")])
    old = [
        UserMessage(content=said, source="user"),
        AssistantMessage(content=result.content, source="assistant"),
    ]

    roles = {"UserMessage": "user", "AssistantMessage": "assistant"}
    messages = [Message(roles[message.type], [message.content]) for message in old]
    messages.append(Message("user", ["What is my name?"]))
    answer = await client.get_response(messages)
    print("from AutoGen:", answer.text)
    assert "Grace" in answer.text
    assert len(sent(server)[-1]["input"]) == 1


async def run():
    with Emulator(job_s=3) as server:
        store = MemoryStore()
        where = {"base_url": server.url, "api_key": "any"}
        client = InteractionsChatClient(MODEL, store, **where)
        await talk(client, server)
        await wait_in_background(client, server)
        await move_from_autogen(client, store, server, where)


def main():
    asyncio.run(run())


if __name__ == "__main__":
    main()
