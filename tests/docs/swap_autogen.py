"""What users of `OpenAIChatCompletionClient` write, for `tests.docs.swap_tables`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, Final

from autogen_core import FunctionCall, Image
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import FunctionTool, Tool, ToolSchema
from google import genai
from PIL import Image as Pictures
from pydantic import BaseModel, RootModel

from interactions_autogen import InteractionsChatCompletionClient
from tests.docs.stock_options import kept
from tests.docs.swap_tables import Case, Held, Table, Use, now

STOCK: Final = kept("OpenAIChatCompletionClient")

HEAD: Final = f"""\
# Swapping `OpenAIChatCompletionClient` for `InteractionsChatCompletionClient`

What programs write for `OpenAIChatCompletionClient` of {STOCK["package"]} {STOCK["version"]}, and what `InteractionsChatCompletionClient` makes of it.
The [guide](../autogen.md) has the rest; this page is generated from calls on the emulator by `python -m tests.docs.swap_tables autogen`.
"""

Client = InteractionsChatCompletionClient
Act = Callable[[Client], Awaitable[object]]

_COUNT: Final = count()
_HELLO: Final[Sequence[LLMMessage]] = [UserMessage(content="Hello", source="critic")]


def _asked(act: Act | None = None, **options: Any) -> Use:
    """Make a client with these options and call it."""

    def use(url: str) -> Held:
        own = {
            "model": "gemini-3.8-flash",
            "base_url": url,
            "api_key": "any",
            "sessions": f"memory:swap {next(_COUNT)}",
        }
        client = Client(**own | options)
        asyncio.run(_called(client, act or _greet))
        if options.get("client") is not None:
            return {}
        config = client.dump_component().config
        return {k: v for k, v in config.items() if k != "sessions"}

    return use


async def _called(client: Client, act: Act) -> None:
    async with client:
        await act(client)


async def _greet(client: Client) -> object:
    return await client.create(_HELLO)


def _elsewhere(url: str) -> Held:
    return _asked(base_url=f"{url}/")(url)


def _own_client(url: str) -> Held:
    http: Any = {"base_url": url, "headers": {"X-Team": "a"}}
    client = genai.Client(api_key="any", http_options=http)

    async def act(ours: Client) -> None:
        await _greet(ours)
        await client.aio.aclose()

    _asked(act, client=client, base_url=None, api_key=None)(url)
    return {"client": client}


def _option(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(**options))


def _neutral(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(**options), may_be_left_out=True)


def _said(*messages: LLMMessage, **call: Any) -> Use:
    return _asked(lambda client: client.create([*messages], **call))


def _call(written: str, /, **extra: Any) -> Case:
    return Case(written, _said(*_HELLO, extra_create_args=extra))


def _with_tools(written: str, *tools: Tool | ToolSchema, **call: Any) -> Case:
    return Case(written, _said(*_HELLO, tools=tools, **call))


def _formed(written: str, form: Any, kind: type[BaseModel] | None = None) -> Case:
    """Ask for JSON and see that the answer is of this class."""

    async def act(client: Client) -> None:
        result = await client.create(_HELLO, json_output=form)
        if kind is not None:
            kind.model_validate_json(str(result.content))

    return Case(written, _asked(act))


def weather(city: str) -> str:
    """Tell the weather of a city."""
    return city


class Tree(BaseModel):
    """A tree of names."""

    name: str
    children: list["Tree"] = []


def plant(tree: Tree) -> str:
    """Plant a tree."""
    return tree.name


class Weather(BaseModel):
    """The weather of a city."""

    city: str


class Cities(RootModel[list[str]]):
    """Names of cities."""


_LOOK: Final = UserMessage(content="Look", source="user")
_CALL: Final = AssistantMessage(
    content=[FunctionCall("c1", '{"city": "Rome"}', "weather")], source="a"
)


def _result(content: str, *, is_error: bool = False) -> LLMMessage:
    done = FunctionExecutionResult(
        content=content, name="weather", call_id="c1", is_error=is_error
    )
    return FunctionExecutionResultMessage(content=[done])


_PICTURE: Final = Image(Pictures.new("RGB", (1, 1)))
_TOOL: Final = FunctionTool(weather, description="Tell the weather.")
_SCHEMA: Final[ToolSchema] = {
    "name": "weather",
    "description": "Tell the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}

_MESSAGES: Final = [
    Case(
        'SystemMessage(content="Be kind.") at the beginning',
        _said(SystemMessage(content="Be kind."), _LOOK),
    ),
    Case(
        'SystemMessage(content="It rains.") later',
        _said(_LOOK, SystemMessage(content="It rains.")),
    ),
    Case(
        'UserMessage(content="Hello", source="critic")',
        _said(UserMessage(content="Hello", source="critic")),
    ),
    Case(
        'UserMessage(content=["Look", Image(…)], source="user")',
        _said(UserMessage(content=["Look", _PICTURE], source="user")),
    ),
    Case(
        'AssistantMessage(content="Rome", source="a")',
        _said(_LOOK, AssistantMessage(content="Rome", source="a"), _LOOK),
    ),
    Case(
        "AssistantMessage(content=[FunctionCall(…)], …) and its result",
        _said(_LOOK, _CALL, _result("Sunny")),
    ),
    Case(
        "FunctionExecutionResult(…, is_error=True)",
        _said(_LOOK, _CALL, _result("No network", is_error=True)),
    ),
    Case("AssistantMessage(content=[FunctionCall(…)], …) alone", _said(_LOOK, _CALL)),
    Case(
        "FunctionExecutionResultMessage(…) without its call",
        _said(_LOOK, _result("Sunny")),
    ),
]

_TOOLS: Final = [
    _with_tools("FunctionTool(weather, …)", _TOOL),
    _with_tools(
        "FunctionTool(weather, …, strict=True)",
        FunctionTool(weather, description="Tell the weather.", strict=True),
    ),
    _with_tools('{"name": "weather", "parameters": {…}}', _SCHEMA),
    _with_tools('{"name": "weather"}', {"name": "weather"}),
    _with_tools(
        'FunctionTool(weather, name="city/weather now", …)',
        FunctionTool(weather, name="city/weather now", description="Tell it."),
    ),
    _with_tools(
        "FunctionTool(plant, …) whose argument contains itself",
        FunctionTool(plant, description="Plant a tree."),
    ),
]

_CHOICES: Final = [
    _with_tools('tool_choice="required"', _TOOL, tool_choice="required"),
    _with_tools('tool_choice="none"', _TOOL, tool_choice="none"),
    _with_tools("tool_choice=weather_tool", _TOOL, tool_choice=_TOOL),
]

_FORMS: Final = [
    _formed("json_output=True", form=True),
    _formed("json_output=Weather, a pydantic class", Weather, Weather),
    _formed("json_output=Tree, a class that contains itself", Tree, Tree),
    _formed("json_output=Cities, a RootModel", Cities, Cities),
]

_OPTIONS: Final = [
    _option('model="gemini-3.5-flash"', model="gemini-3.5-flash"),
    _option('api_key="…"', api_key="other"),
    Case('base_url="http://127.0.0.1:8765/"', _elsewhere),
    _option("max_retries=2", max_retries=2),
    now(_option("timeout=30", timeout=30), _option("timeout_s=30", timeout_s=30)),
    _option('organization="o"', organization="o"),
    now(
        _option('default_headers={"X-Team": "a"}', default_headers={"X-Team": "a"}),
        Case("client=genai.Client(http_options=…)", _own_client),
    ),
    _option('model_info={"vision": False, …}', model_info={"vision": False}),
    now(
        _option(
            'model_capabilities={"vision": False, …}',
            model_capabilities={"vision": False},
        ),
        _option('model_info={"vision": False, …}', model_info={"vision": False}),
    ),
    _option("add_name_prefixes=False", add_name_prefixes=False),
    now(
        _option("include_name_in_message=False", include_name_in_message=False),
        _option("add_name_prefixes=False", add_name_prefixes=False),
    ),
    _option("temperature=0.5", temperature=0.5),
    _option("top_p=0.5", top_p=0.5),
    _option("seed=3", seed=3),
    now(
        _option("max_tokens=100", max_tokens=100),
        _option("max_output_tokens=100", max_output_tokens=100),
    ),
    now(
        _option('stop=["END"]', stop=["END"]),
        _option('stop_sequences=["END"]', stop_sequences=["END"]),
    ),
    now(
        _option('reasoning_effort="low"', reasoning_effort="low"),
        _option('thinking_level="low"', thinking_level="low"),
    ),
    now(
        _option(
            'response_format={"type": "json_object"}',
            response_format={"type": "json_object"},
        ),
        Case(
            "create(…, json_output=True)",
            _asked(lambda client: client.create(_HELLO, json_output=True)),
        ),
    ),
    _option("frequency_penalty=0.5", frequency_penalty=0.5),
    _option("presence_penalty=0.5", presence_penalty=0.5),
    _option('logit_bias={"50256": -100}', logit_bias={"50256": -100}),
    _option("n=2", n=2),
    _neutral("n=1", n=1),
    _option("parallel_tool_calls=False", parallel_tool_calls=False),
    _neutral("parallel_tool_calls=True", parallel_tool_calls=True),
    _neutral(
        'stream_options={"include_usage": True}', stream_options={"include_usage": True}
    ),
    _option('user="ada"', user="ada"),
]

_CALLS: Final = [
    _call("temperature=0.5", temperature=0.5),
    _call("top_p=0.5", top_p=0.5),
    _call("seed=3", seed=3),
    now(
        _call("max_tokens=100", max_tokens=100),
        _call("max_output_tokens=100", max_output_tokens=100),
    ),
    now(
        _call('stop=["END"]', stop=["END"]),
        _call('stop_sequences=["END"]', stop_sequences=["END"]),
    ),
    now(
        _call('reasoning_effort="low"', reasoning_effort="low"),
        _call('thinking_level="low"', thinking_level="low"),
    ),
    now(
        _call(
            'response_format={"type": "json_object"}',
            response_format={"type": "json_object"},
        ),
        Case(
            "create(…, json_output=True)",
            _asked(lambda client: client.create(_HELLO, json_output=True)),
        ),
    ),
    _call("parallel_tool_calls=False", parallel_tool_calls=False),
    _call("n=2", n=2),
    _call('user="ada"', user="ada"),
    _call("timeout=30", timeout=30),
]


async def _streamed(client: Client, **options: Any) -> None:
    """Read a stream to its end and see that its usage is there."""
    *_, last = [item async for item in client.create_stream(_HELLO, **options)]
    if isinstance(last, str) or not last.usage.completion_tokens:
        msg = f"the stream ended with {last!r}"
        raise TypeError(msg)


_STREAMS: Final = [
    Case("create_stream(…)", _asked(_streamed)),
    Case(
        "create_stream(…, include_usage=True)",
        _asked(lambda client: _streamed(client, include_usage=True)),
    ),
]

TABLES: Final = [
    Table("Messages", _said(_LOOK), _MESSAGES),
    Table("Tools", _asked(), _TOOLS),
    Table("Choice of tools", _said(*_HELLO, tools=[_TOOL]), _CHOICES),
    Table("JSON", _asked(), _FORMS),
    Table(
        "Streams",
        _asked(),
        _STREAMS,
        says="The last item has the usage, asked for or not.",
    ),
    Table("Options", _asked(), _OPTIONS, names=frozenset(STOCK["options"])),
    Table(
        "Options of a call",
        _asked(),
        _CALLS,
        says="As `extra_create_args`.",
    ),
]
