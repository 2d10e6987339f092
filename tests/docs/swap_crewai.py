"""What users of CrewAI's own Gemini class write, for `tests.docs.swap_tables`."""

import base64
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from google import genai
from google.genai import types
from pydantic import BaseModel, RootModel

from tests.crewai.quiet import imported
from tests.docs.stock_options import kept
from tests.docs.swap_tables import Case, Held, Table, Use, now

_crewai: Final = imported("crewai")
_tools: Final = imported("crewai.tools")
InteractionsLLM: Final = imported("interactions_crewai").InteractionsLLM

STOCK: Final = kept("GeminiCompletion")

HEAD: Final = f"""\
# Swapping CrewAI's `LLM("gemini/…")` for `InteractionsLLM`

What programs write for `LLM("gemini/…")`, which is `GeminiCompletion` of {STOCK["package"]} {STOCK["version"]}, and what `InteractionsLLM` makes of it.
The [guide](../crewai.md) has the rest; this page is generated from calls on the emulator by `python -m tests.docs.swap_tables crewai`.
"""

_COUNT: Final = count()


def _asked(act: Callable[[Any], object] | None = None, **options: Any) -> Use:
    """Make an LLM with these options and call it."""

    def use(url: str) -> Held:
        own = {
            "model": "gemini-3.8-flash",
            "base_url": url,
            "api_key": "any",
            "sessions": f"memory:swap {next(_COUNT)}",
        }
        llm = InteractionsLLM(**own | options)
        (act or _greet)(llm)
        held = sorted(llm.model_fields_set - {"sessions"})
        llm.close()
        return {name: getattr(llm, name) for name in held}

    return use


def _greet(llm: Any) -> object:
    return llm.call("Hello")


def _elsewhere(url: str) -> Held:
    return _asked(base_url=f"{url}/")(url)


def _own_client(url: str) -> Held:
    client = genai.Client(api_key="any", http_options={"base_url": url})
    return _asked(client=client, base_url=None, api_key=None)(url)


def _option(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(**options))


def _neutral(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(**options), may_be_left_out=True)


def _said(*messages: dict[str, Any]) -> Use:
    return _asked(lambda llm: llm.call([*messages]))


def _user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": "Look"}, *content]}


def _content(written: str, block: Any) -> Case:
    return Case(written, _said(_user(block)))


def _history(written: str, *messages: dict[str, Any], left_out: bool = False) -> Case:
    return Case(written, _said(_user(), *messages), may_be_left_out=left_out)


def _called(written: str, **given: Any) -> Case:
    return Case(written, _asked(lambda llm: llm.call("Hello", **given)))


def _formed(written: str, kind: Any, **given: Any) -> Case:
    """Ask for a class and see that the answer is of it."""

    def act(llm: Any) -> None:
        answer = llm.call("Hello", response_model=kind, **given)
        kind.model_validate(answer)

    return Case(written, _asked(act))


def _worked(*tools: Any, **options: Any) -> Use:
    """Have an agent do a task."""

    def act(llm: Any) -> None:
        known = {"role": "Guide", "goal": "Help", "backstory": "Kind"}
        worker = _crewai.Agent(llm=llm, tools=[*tools], **known)
        task = _crewai.Task(
            description="Greet", expected_output="text", agent=worker, **options
        )
        _crewai.Crew(agents=[worker], tasks=[task]).kickoff()

    return _asked(act)


class Weather(BaseModel):
    """Tell the weather of a city."""

    city: str


class Cities(RootModel[list[str]]):
    """Names of cities."""


class Tree(BaseModel):
    """A tree of names."""

    name: str
    children: list["Tree"] = []


@_tools.tool("weather")
def weather(city: str) -> str:
    """Tell the weather of a city."""
    return city


class TellWeather(_tools.BaseTool):
    """A tool as a class."""

    name: str = "weather"
    description: str = "Tell the weather of a city."

    def _run(self, city: str) -> str:
        return city


_PICTURE: Final = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
_PDF: Final = base64.b64encode(b"%PDF-1.7").decode()
_WEB: Final = "https://example.org/a.png"
_FILE: Final = "https://generativelanguage.googleapis.com/v1beta/files/abc"
_SCHEMA: Final = {"type": "object", "properties": {"city": {"type": "string"}}}
_FLAT: Final = {
    "name": "weather",
    "description": "Tell the weather.",
    "parameters": _SCHEMA,
}
_CALL: Final = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
}
_CALLED: Final = {"role": "assistant", "content": None, "tool_calls": [_CALL]}
_PART: Final = types.Part(
    function_call=types.FunctionCall(name="weather", args={"city": "Rome"}),
    thought_signature=b"signed",
)


def _result(content: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": content}


_MEDIA: Final = [
    _content('{"text": "Look closely"}', {"text": "Look closely"}),
    _content('"Look closely" in the list', "Look closely"),
    _content(
        '{"type": "text", "text": "Look closely"}',
        {"type": "text", "text": "Look closely"},
    ),
    _content(
        '{"inlineData": {"mimeType": "image/png", "data": "…"}}',
        {"inlineData": {"mimeType": "image/png", "data": _PICTURE}},
    ),
    _content(
        '{"inlineData": {"mimeType": "application/pdf", "data": "…"}}',
        {"inlineData": {"mimeType": "application/pdf", "data": _PDF}},
    ),
    _content(
        '{"inlineData": {"mimeType": "audio/wav", "data": "…"}}',
        {"inlineData": {"mimeType": "audio/wav", "data": _PDF}},
    ),
    _content(
        '{"fileData": {"mimeType": "image/png", "fileUri": "…"}}',
        {"fileData": {"mimeType": "image/png", "fileUri": _FILE}},
    ),
    _content(
        '{"fileData": {"mimeType": "video/mp4", "fileUri": "…"}}',
        {"fileData": {"mimeType": "video/mp4", "fileUri": _FILE}},
    ),
    _content(
        '{"type": "image_url", "image_url": {"url": "https://…"}}',
        {"type": "image_url", "image_url": {"url": _WEB}},
    ),
    _content(
        '{"type": "image_url", "image_url": {"url": "data:image/png;base64,…"}}',
        {
            "type": "image_url",
            "image_url": {"url": f"data:image/png;base64,{_PICTURE}"},
        },
    ),
    _content(
        '{"type": "image_url", "image_url": "https://…"}',
        {"type": "image_url", "image_url": _WEB},
    ),
    _content(
        '{"type": "input_audio", "input_audio": {…}}',
        {"type": "input_audio", "input_audio": {"data": _PDF, "format": "wav"}},
    ),
    _history('"files": {…} beside the content', {**_user(), "files": {"a": object()}}),
]

_HISTORY: Final = [
    Case(
        '{"role": "system", …} at the beginning',
        _said({"role": "system", "content": "Be kind."}, _user()),
    ),
    _history('{"role": "system", …} later', {"role": "system", "content": "It rains."}),
    _history(
        '{"role": "assistant", "content": "Rome"} at the end',
        {"role": "assistant", "content": "Rome"},
    ),
    _history(
        '{"role": "assistant", "tool_calls": […]} and its result',
        _CALLED,
        _result("Sunny"),
    ),
    _history(
        '{"role": "tool", "content": "{\\"degrees\\": 21}"}',
        _CALLED,
        _result('{"degrees": 21}'),
    ),
    _history(
        '{"role": "tool", "content": [{"text": "Sunny"}]}',
        _CALLED,
        _result([{"text": "Sunny"}]),
    ),
    _history('{"role": "assistant", "tool_calls": […]} alone', _CALLED),
    _history('{"role": "tool", …} without its call', _result("Sunny")),
    Case(
        '{"role": "assistant", "raw_tool_call_parts": […], …} and its result',
        _said(_user(), {**_CALLED, "raw_tool_call_parts": [_PART]}, _result("Sunny")),
        parts={"raw_tool_call_parts": _said(_user(), _CALLED, _result("Sunny"))},
    ),
    Case(
        '"cache_breakpoint": True',
        _said({**_user(), "cache_breakpoint": True}),
        may_be_left_out=True,
    ),
    _history('{"role": "function", …}', {"role": "function", "content": "Sunny"}),
]

_CALLS: Final = [
    _called('tools=[{"name", "description", "parameters"}]', tools=[_FLAT]),
    _called(
        'tools=[{"type": "function", "function": {…}}]',
        tools=[{"type": "function", "function": _FLAT}],
    ),
    _called(
        'tools=[{"type": "function", "name": …, …}]',
        tools=[{"type": "function", **_FLAT}],
    ),
    _called(
        'tools=[{"name", "args_schema": Weather}]',
        tools=[{"name": "weather", "args_schema": Weather}],
    ),
    _called('tools=[{"parameters": {…}}]', tools=[{"parameters": _SCHEMA}]),
    _called(
        "available_functions={…}",
        tools=[_FLAT],
        available_functions={"weather": lambda city: city},
    ),
]

_FORMS: Final = [
    _formed("response_model=Weather", Weather),
    _formed("a RootModel of a list", Cities),
    _formed("a class that holds itself", Tree),
    _formed("response_model=Weather, tools=[…]", Weather, tools=[_FLAT]),
]

_TASKS: Final = [
    Case("Agent(tools=[a function with @tool])", _worked(weather)),
    Case("Agent(tools=[a BaseTool])", _worked(TellWeather())),
    Case("Task(output_pydantic=Weather)", _worked(output_pydantic=Weather)),
    Case("Task(output_json=Weather)", _worked(output_json=Weather)),
    Case("Task(response_model=Weather)", _worked(response_model=Weather)),
]

_OPTIONS: Final = [
    _option('model="gemini/gemini-3.5-flash"', model="gemini/gemini-3.5-flash"),
    _option('api_key="…"', api_key="other"),
    Case('base_url="http://127.0.0.1:8765/"', _elsewhere),
    now(
        _option("use_vertexai=True", use_vertexai=True),
        _option("vertexai=True", vertexai=True),
    ),
    _option('project="p"', project="p"),
    _option('location="global"', location="global"),
    now(
        _option('client_params={"http_options": …}', client_params={"timeout": 1}),
        Case("client=genai.Client(http_options=…)", _own_client),
    ),
    _option("interceptor=…", interceptor=object()),
    _option("temperature=0.5", temperature=0.5),
    _option("top_p=0.5", top_p=0.5),
    _option("top_k=3", top_k=3),
    _option("max_tokens=100", max_tokens=100),
    _option("max_output_tokens=100", max_output_tokens=100),
    _option('stop=["END"]', stop=["END"]),
    _option('stop_sequences=["END"]', stop_sequences=["END"]),
    _option("seed=1", seed=1),
    _option("stream=True", stream=True),
    _option("n=2", n=2),
    _neutral("n=1", n=1),
    _option("frequency_penalty=0.5", frequency_penalty=0.5),
    _option("presence_penalty=0.5", presence_penalty=0.5),
    now(
        _option(
            'thinking_config=ThinkingConfig(thinking_level="LOW")',
            thinking_config=types.ThinkingConfig(
                thinking_level=types.ThinkingLevel.LOW
            ),
        ),
        _option('thinking_level="low"', thinking_level="low"),
    ),
    now(
        _option(
            "thinking_config=ThinkingConfig(include_thoughts=True)",
            thinking_config=types.ThinkingConfig(include_thoughts=True),
        ),
        _option('thinking_summaries="auto"', thinking_summaries="auto"),
    ),
    _option("response_format=Weather", response_format=Weather),
    _option(
        'safety_settings={"HARM_CATEGORY_HATE_SPEECH": "BLOCK_NONE"}',
        safety_settings={"HARM_CATEGORY_HATE_SPEECH": "BLOCK_NONE"},
    ),
    _option("tools=[a function]", tools=[_FLAT]),
    _option("prefer_upload=True", prefer_upload=True),
    _option('additional_params={"a": 1}', additional_params={"a": 1}),
    _neutral('provider="gemini"', provider="gemini"),
    _option('llm_type="gemini"', llm_type="gemini"),
    _option("is_litellm=True", is_litellm=True),
    _option("is_gemini_2_0=False", is_gemini_2_0=False),
    _option("supports_tools=True", supports_tools=True),
]

TABLES: Final = [
    Table("Content of messages", _said(_user()), _MEDIA),
    Table("Messages", _said(_user()), _HISTORY),
    Table("Functions of a call", _asked(), _CALLS),
    Table("Structured output", _asked(), _FORMS),
    Table("Agents and tasks", _worked(), _TASKS),
    Table("Options", _asked(), _OPTIONS, names=frozenset(STOCK["options"])),
]
