"""What users of `ChatGoogleGenerativeAI` write, for `tests.docs.swap_tables`."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any, Final, TypedDict

from google import genai
from google.genai import types
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel, RootModel

from interactions_langgraph import ChatInteractions
from tests.docs.stock_options import kept
from tests.docs.swap_tables import Case, Held, Table, Use, now
from tests.enterprise import PLATFORM

STOCK: Final = kept("ChatGoogleGenerativeAI")

HEAD: Final = f"""\
# Swapping `ChatGoogleGenerativeAI` for `ChatInteractions`

What programs write for `ChatGoogleGenerativeAI` of {STOCK["package"]} {STOCK["version"]}, and what `ChatInteractions` makes of it.
The [guide](../langgraph.md) has the rest; this page is generated from calls on the emulator by `python -m tests.docs.swap_tables langgraph`.
"""

_HARM: Final = types.HarmCategory.HARM_CATEGORY_HATE_SPEECH
_PICTURE: Final = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
_PDF: Final = base64.b64encode(b"%PDF-1.7").decode()
_WEB: Final = "https://example.org/a.png"
_FILE: Final = "https://generativelanguage.googleapis.com/v1beta/files/abc"

_COUNT: Final = count()


def _asked(
    act: Callable[[ChatInteractions], object] | None = None, **options: Any
) -> Use:
    """Make a model with these options and call it."""

    def use(url: str) -> Held:
        own = {
            "model": "gemini-3.8-flash",
            "base_url": url,
            "api_key": "any",
            "sessions": f"memory:swap {next(_COUNT)}",
        }
        with ChatInteractions(**own | options) as model:
            (act or _greet)(model)
        held = sorted(model.model_fields_set - {"sessions"})
        return {name: _without_seal(getattr(model, name)) for name in held}

    return use


def _without_seal(value: object) -> object:
    """Leave out the hash, which every process makes with a key of its own."""
    if isinstance(value, str) and value.startswith("sealed:"):
        return value.partition("#")[0]
    return value


def _greet(model: ChatInteractions) -> object:
    return model.invoke("Hello")


def _elsewhere(url: str) -> Held:
    return _asked(base_url=f"{url}/")(url)


def _own_client(url: str) -> Held:
    client = genai.Client(api_key="any", http_options={"base_url": url})
    return _asked(client=client, base_url=None, api_key=None)(url)


def _option(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(**options))


def _call(written: str, /, **options: Any) -> Case:
    return Case(written, _asked(lambda model: model.invoke("Hello", **options)))


def _said(*messages: BaseMessage) -> Use:
    return _asked(lambda model: model.invoke([*messages]))


def _content(block: Any, written: str = "", *, may_be_left_out: bool = False) -> Case:
    """Say a block after a text, as a user."""
    parts = [key for key in _MODIFIERS if key in block]
    return Case(
        written or _shown(block),
        _beside(block),
        may_be_left_out=may_be_left_out,
        parts={
            key: _beside({k: v for k, v in block.items() if k != key}) for key in parts
        },
    )


def _beside(block: Any) -> Use:
    return _said(HumanMessage([{"type": "text", "text": "Look"}, block]))


_MODIFIERS: Final = ("media_processing", "media_resolution", "video_metadata")
"""Keys that change how the rest of a block is used, and could be lost unseen."""


def _old(block: Any, *, may_be_left_out: bool = False) -> Case:
    """Go on after a reply of the stock class, from an old thread, with this block."""
    reply = AIMessage(
        [block, {"type": "text", "text": "Rome"}],
        response_metadata={"model_provider": "google_genai"},
    )
    told = [HumanMessage("Look"), reply, HumanMessage("And?")]
    return Case(_shown(block), _said(*told), may_be_left_out=may_be_left_out)


def _result(content: Any, written: str = "") -> Case:
    """Answer a call of a tool with this."""
    call = {"name": "look", "args": {}, "id": "c1"}
    reply = AIMessage("", tool_calls=[call])
    told = [HumanMessage("Look"), reply, ToolMessage(content, tool_call_id="c1")]
    return Case(written or _shown(content), _said(*told))


def _bound(written: str, given: Any, **options: Any) -> Case:
    return Case(
        written,
        _asked(lambda model: model.bind_tools([given], **options).invoke("Hello")),
    )


def _structured(written: str, schema: Any, kind: type, **options: Any) -> Case:
    """Ask for an object and see that the answer is one of this class."""

    def act(model: ChatInteractions) -> None:
        answer = model.with_structured_output(schema, **options).invoke("Hello")
        if not isinstance(answer, kind):
            msg = f"{written}: the answer is {answer!r}"
            raise TypeError(msg)

    return Case(written, _asked(act))


def _shown(block: Any) -> str:
    return repr(block).replace(_PICTURE, "…").replace(_PDF, "…").replace("'", '"')


_MEDIA: Final = [
    _content("A text", '"A text" in a list'),
    _content({"type": "image_url", "image_url": _WEB}),
    _content({"type": "image_url", "image_url": {"url": _WEB}}),
    _content({"type": "image_url", "image_url": f"data:image/png;base64,{_PICTURE}"}),
    _content(
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PICTURE}"}}
    ),
    _content({"type": "image_url", "image_url": {"url": "gs://bucket/a.png"}}),
    _content({"type": "image", "url": _WEB}),
    _content({"type": "image", "base64": _PICTURE, "mime_type": "image/png"}),
    _content({"type": "image", "file_id": _FILE, "mime_type": "image/png"}),
    _content({"type": "image", "source_type": "url", "url": _WEB}),
    _content(
        {
            "type": "image",
            "source_type": "base64",
            "data": _PICTURE,
            "mime_type": "image/png",
        }
    ),
    _content({"type": "audio", "base64": _PICTURE, "mime_type": "audio/mp3"}),
    _content({"type": "video", "url": "https://www.youtube.com/watch?v=9hE5"}),
    _content({"type": "video", "file_id": _FILE, "mime_type": "video/mp4"}),
    _content(
        {
            "type": "video",
            "url": "https://www.youtube.com/watch?v=9hE5",
            "mime_type": "video/mp4",
            "media_processing": "AGENTIC",
        }
    ),
    _content({"type": "file", "base64": _PDF, "mime_type": "application/pdf"}),
    _content(
        {
            "type": "file",
            "source_type": "base64",
            "mime_type": "application/pdf",
            "data": _PDF,
        }
    ),
    _content({"type": "file", "file_id": _FILE, "mime_type": "application/pdf"}),
    _content({"type": "file", "file_id": _FILE}),
    _content(
        {
            "type": "file",
            "file": {
                "file_data": f"data:application/pdf;base64,{_PDF}",
                "filename": "a.pdf",
            },
        }
    ),
    _content({"type": "input_audio", "input_audio": {"data": _PDF, "format": "mp3"}}),
    _content({"type": "media", "file_uri": _FILE, "mime_type": "application/pdf"}),
    _content(
        {"type": "media", "file_uri": "https://www.youtube.com/watch?v=9hE5"},
    ),
    _content(
        {"type": "media", "data": b"\x89PNG\r\n\x1a\n", "mime_type": "image/png"},
        '{"type": "media", "data": b"…", "mime_type": "image/png"}',
    ),
    _content({"type": "media", "data": _PICTURE, "mime_type": "image/png"}),
    _content(
        {
            "type": "media",
            "file_uri": _FILE,
            "mime_type": "video/mp4",
            "video_metadata": {"start_offset": "10s"},
        }
    ),
    _content(
        {
            "type": "media",
            "file_uri": _FILE,
            "mime_type": "image/png",
            "media_resolution": "MEDIA_RESOLUTION_HIGH",
        }
    ),
    _content({"type": "text-plain", "text": "A", "mime_type": "text/plain"}),
    _content(
        {
            "type": "non_standard",
            "value": {
                "type": "media",
                "file_uri": _FILE,
                "mime_type": "application/pdf",
            },
        }
    ),
    _content({"type": "file_data", "file_uri": _FILE, "mime_type": "application/pdf"}),
    _content({"cachePoint": {"type": "default"}}, may_be_left_out=True),
    _content({"colour": "red"}),
]

_RESULTS: Final = [
    _result("Sunny"),
    _result(["Sunny"]),
    _result([{"type": "text", "text": "Sunny"}]),
    _result([{"type": "image", "base64": _PICTURE, "mime_type": "image/png"}]),
    _result([{"type": "image_url", "image_url": _WEB}]),
    _result([{"type": "json", "json": {"sky": "blue"}}]),
    _result([{"sky": "blue"}]),
    _result([{"type": "search_result", "title": "Sky", "source": _WEB, "content": []}]),
]

_REPLIES: Final = [
    _old(
        {"type": "thinking", "thinking": "Hm", "signature": "c2ln"},
        may_be_left_out=True,
    ),
    _old(
        {"type": "reasoning", "reasoning": "Hm", "extras": {"signature": "c2ln"}},
        may_be_left_out=True,
    ),
    _old(
        {
            "type": "executable_code",
            "executable_code": "print(1)",
            "language": "PYTHON",
        },
        may_be_left_out=True,
    ),
    _old(
        {"type": "code_execution_result", "code_execution_result": "1", "outcome": 1},
        may_be_left_out=True,
    ),
    _old(
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PICTURE}"}}
    ),
    _old({"type": "refusal", "refusal": "I will not"}),
    _old(
        {
            "type": "server_tool_call",
            "name": "code_interpreter",
            "args": {"code": "print(1)"},
            "id": "c1",
        },
        may_be_left_out=True,
    ),
    _old(
        {"type": "server_tool_result", "output": "1", "tool_call_id": "c1"},
        may_be_left_out=True,
    ),
    _old({"type": "function_call", "name": "look", "args": {}}, may_be_left_out=True),
    _old(
        {"type": "function_call_signature", "signature": "c2ln"}, may_be_left_out=True
    ),
]


def weather(city: str) -> str:
    """Tell the weather of a city."""
    return city


class Weather(BaseModel):
    """Tell the weather of a city."""

    city: str


class WeatherDict(TypedDict):
    """Tell the weather of a city."""

    city: str


class Cities(RootModel[list[str]]):
    """Names of cities."""


@dataclass
class WeatherRecord:
    """Tell the weather of a city."""

    city: str


class Sky(StrEnum):
    """How the sky looks."""

    BLUE = "blue"
    GREY = "grey"


_SCHEMA: Final = {
    "title": "Weather",
    "description": "Tell the weather of a city.",
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
_PAIR: Final = {
    "title": "Pair",
    "type": "object",
    "properties": {
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
        }
    },
}
_DECLARED: Final = {
    "name": "weather",
    "description": "Tell the weather.",
    "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
}

_TOOLS: Final = [
    _bound("a function", weather),
    _bound("a tool made with @tool", tool(weather)),
    _bound("a pydantic class", Weather),
    _bound("a TypedDict", WeatherDict),
    _bound(
        '{"type": "function", "function": {…}}',
        {"type": "function", "function": {**_DECLARED, "parameters": _SCHEMA}},
    ),
    _bound('{"function_declarations": [{…}]}', {"function_declarations": [_DECLARED]}),
    _bound("types.FunctionDeclaration(…)", types.FunctionDeclaration(**_DECLARED)),
    _bound(
        "types.Tool(function_declarations=[…])",
        types.Tool(function_declarations=[_DECLARED]),
    ),
    _bound('{"google_search": {}}', {"google_search": {}}),
    _bound(
        "types.Tool(google_search=…)", types.Tool(google_search=types.GoogleSearch())
    ),
    now(
        _bound('{"google_search_retrieval": {}}', {"google_search_retrieval": {}}),
        _bound('{"google_search": {}}', {"google_search": {}}),
    ),
    _bound('{"google_maps": {}}', {"google_maps": {}}),
    _bound('{"code_execution": {}}', {"code_execution": {}}),
    _bound('{"url_context": {}}', {"url_context": {}}),
    _bound(
        '{"computer_use": {"environment": "ENVIRONMENT_BROWSER"}}',
        {"computer_use": {"environment": "ENVIRONMENT_BROWSER"}},
    ),
    _bound(
        '{"file_search": {"file_search_store_names": ["fileSearchStores/a"]}}',
        {"file_search": {"file_search_store_names": ["fileSearchStores/a"]}},
    ),
    _bound(
        '{"retrieval": {…}}', {"retrieval": {"vertex_ai_search": {"datastore": "d"}}}
    ),
    now(
        _bound('{"enterprise_web_search": {}}', {"enterprise_web_search": {}}),
        _bound('{"google_search": {}}', {"google_search": {}}),
    ),
    now(
        _bound('{"parallel_ai_search": {}}', {"parallel_ai_search": {}}),
        _bound('{"google_search": {}}', {"google_search": {}}),
    ),
    now(
        _bound('{"exa_ai_search": {}}', {"exa_ai_search": {}}),
        _bound('{"google_search": {}}', {"google_search": {}}),
    ),
    now(
        _bound(
            '{"mcp_servers": [{"name": "a", "streamable_http_transport": {…}}]}',
            {
                "mcp_servers": [
                    {
                        "name": "a",
                        "streamable_http_transport": {"url": "https://example.org/mcp"},
                    }
                ]
            },
        ),
        _bound(
            '{"type": "mcp_server", "name": "a", "url": "https://example.org/mcp"}',
            {"type": "mcp_server", "name": "a", "url": "https://example.org/mcp"},
        ),
    ),
]

_CHOICES: Final = [
    *[
        _bound(f"tool_choice={choice!r}".replace("'", '"'), weather, tool_choice=choice)
        for choice in ("auto", "any", "required", "none", "weather", ["weather"], True)
    ],
    _bound(
        'tool_config={"function_calling_config": {"mode": "ANY"}}',
        weather,
        tool_config={"function_calling_config": {"mode": "ANY"}},
    ),
    _bound(
        'tool_config={"retrieval_config": {…}}',
        {"google_maps": {}},
        tool_config={
            "retrieval_config": {"lat_lng": {"latitude": 1.0, "longitude": 2.0}}
        },
    ),
]

_SCHEMAS: Final = [
    _structured("a pydantic class", Weather, Weather),
    _structured("a RootModel", Cities, Cities),
    _structured("a TypedDict", WeatherDict, dict),
    _structured("a dataclass", WeatherRecord, WeatherRecord),
    _structured("an Enum", Sky, Sky),
    _structured("a JSON schema", _SCHEMA, dict),
    _structured(
        '{"type": "array", …}',
        {"title": "Names", "type": "array", "items": {"type": "string"}},
        list,
    ),
    _structured('{"prefixItems": […]} within', _PAIR, dict),
    _structured(
        '{"type": "json_schema", "json_schema": {"name": …, "schema": {…}}}',
        {"type": "json_schema", "json_schema": {"name": "Weather", "schema": _SCHEMA}},
        dict,
    ),
    _structured('method="json_schema"', Weather, Weather, method="json_schema"),
    _structured(
        'method="function_calling"', Weather, Weather, method="function_calling"
    ),
    _structured(
        'method="json_mode"', Weather, dict, method="json_mode", include_raw=True
    ),
    _structured("include_raw=True", Weather, dict, include_raw=True),
]

_OPTIONS: Final = [
    _option('model="models/gemini-3.5-flash"', model="models/gemini-3.5-flash"),
    _option('api_key="…"', api_key="other"),
    _option('google_api_key="…"', google_api_key="other", api_key=None),
    _option("credentials=…", **PLATFORM),
    _option("vertexai=True", **PLATFORM),
    _option('project="p"', **PLATFORM),
    _option('location="global"', **PLATFORM),
    Case('base_url="http://127.0.0.1:8765/"', _elsewhere),
    now(
        _option(
            'client_options={"api_endpoint": "…"}', client_options={"api_endpoint": "a"}
        ),
        Case('base_url="http://127.0.0.1:8765/"', _elsewhere),
    ),
    _option('additional_headers={"X-Team": "a"}', additional_headers={"X-Team": "a"}),
    now(
        _option('client_args={"verify": False}', client_args={"verify": False}),
        Case("client=genai.Client(http_options=…)", _own_client),
    ),
    _option('api_version="v1beta"', api_version="v1beta"),
    Case("client=genai.Client(…)", _own_client),
    _option("temperature=0.5", temperature=0.5),
    _option("top_p=0.5", top_p=0.5),
    _option("top_k=3", top_k=3),
    _option("frequency_penalty=0.5", frequency_penalty=0.5),
    _option("presence_penalty=0.5", presence_penalty=0.5),
    _option("max_output_tokens=100", max_output_tokens=100),
    _option("max_tokens=100", max_tokens=100),
    _option("n=2", n=2),
    _option("candidate_count=2", candidate_count=2),
    _option("max_retries=2", max_retries=2),
    now(_option("retries=2", retries=2), _option("max_retries=2", max_retries=2)),
    _option("timeout=30", timeout=30),
    _option("request_timeout=30", request_timeout=30),
    _option('response_modalities=["TEXT"]', response_modalities=["TEXT"]),
    _option(
        "response_modalities=[Modality.TEXT]", response_modalities=[types.Modality.TEXT]
    ),
    _option(
        'media_resolution="MEDIA_RESOLUTION_LOW"',
        media_resolution="MEDIA_RESOLUTION_LOW",
    ),
    _option(
        'image_config={"aspect_ratio": "16:9"}', image_config={"aspect_ratio": "16:9"}
    ),
    _option("thinking_budget=1024", thinking_budget=1024),
    _option("include_thoughts=True", include_thoughts=True),
    _option('thinking_level="low"', thinking_level="low"),
    _option('reasoning_effort="low"', reasoning_effort="low"),
    _option(
        'thinking_config={"thinking_level": "low"}',
        thinking_config={"thinking_level": "low"},
    ),
    _option(
        "safety_settings={…}, vertexai=True",
        safety_settings={_HARM: types.HarmBlockThreshold.BLOCK_ONLY_HIGH},
        **PLATFORM,
    ),
    _option(
        "safety_settings={HarmCategory.…: HarmBlockThreshold.…}",
        safety_settings={_HARM: types.HarmBlockThreshold.BLOCK_ONLY_HIGH},
    ),
    _option("seed=7", seed=7),
    _option('labels={"team": "a"}, vertexai=True', labels={"team": "a"}, **PLATFORM),
    _option('labels={"team": "a"}', labels={"team": "a"}),
    now(
        _option('default_metadata=[("a", "b")]', default_metadata=[("a", "b")]),
        _option('additional_headers={"a": "b"}', additional_headers={"a": "b"}),
    ),
    now(
        _option(
            'default_metadata_input=[("a", "b")]', default_metadata_input=[("a", "b")]
        ),
        _option('additional_headers={"a": "b"}', additional_headers={"a": "b"}),
    ),
    _option(
        'model_kwargs={"generation_config": {"top_k": 3}}',
        model_kwargs={"generation_config": {"top_k": 3}},
    ),
    _option("streaming=True", streaming=True),
    _option(
        "convert_system_message_to_human=True", convert_system_message_to_human=True
    ),
    _option('stop=["END"]', stop=["END"]),
    _option('stop_sequences=["END"]', stop_sequences=["END"]),
    _option(
        'response_mime_type="application/json"', response_mime_type="application/json"
    ),
    _option('response_mime_type="text/x.enum"', response_mime_type="text/x.enum"),
    _option(
        "response_schema={…}",
        response_schema=_SCHEMA,
        response_mime_type="application/json",
    ),
    _option('cached_content="cachedContents/a"', cached_content="cachedContents/a"),
]

_CALLS: Final = [
    _call('stop=["END"]', stop=["END"]),
    _call("tools=[…]", tools=[weather]),
    now(
        _call("functions=[…]", functions=[weather]), _call("tools=[…]", tools=[weather])
    ),
    _call('tools=[{"google_search": {}}]', tools=[{"google_search": {}}]),
    now(
        _call("code_execution=True", code_execution=True),
        _call('tools=[{"type": "code_execution"}]', tools=[{"type": "code_execution"}]),
    ),
    _call('tool_choice="none"', tool_choice="none", tools=[weather]),
    _call(
        'tool_config={"function_calling_config": {"mode": "NONE"}}',
        tools=[weather],
        tool_config={"function_calling_config": {"mode": "NONE"}},
    ),
    _call(
        "safety_settings={…}",
        safety_settings={_HARM: types.HarmBlockThreshold.BLOCK_ONLY_HIGH},
    ),
    now(
        _call(
            'generation_config={"temperature": 0.5}',
            generation_config={"temperature": 0.5},
        ),
        _call("temperature=0.5", temperature=0.5),
    ),
    _call('cached_content="cachedContents/a"', cached_content="cachedContents/a"),
    _call("timeout=30", timeout=30),
    _call("max_retries=2", max_retries=2),
    _call(
        'response_mime_type="application/json"', response_mime_type="application/json"
    ),
    _call(
        "response_schema={…}",
        response_schema=_SCHEMA,
        response_mime_type="application/json",
    ),
    _call(
        "response_json_schema={…}",
        response_json_schema=_SCHEMA,
        response_mime_type="application/json",
    ),
    _call(
        'response_format={"type": "json_schema", …}',
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "Weather", "schema": _SCHEMA},
        },
    ),
    _call(
        'image_config={"aspect_ratio": "16:9"}', image_config={"aspect_ratio": "16:9"}
    ),
    _call('labels={"team": "a"}', labels={"team": "a"}),
    _call("thinking_budget=1024", thinking_budget=1024),
    _call('thinking_level="low"', thinking_level="low"),
    _call("temperature=0.5", temperature=0.5),
]

TABLES: Final = [
    Table(
        "Content of messages",
        _said(HumanMessage([{"type": "text", "text": "Look"}])),
        _MEDIA,
    ),
    Table(
        "Results of tools",
        _said(
            HumanMessage("Look"),
            AIMessage("", tool_calls=[{"name": "look", "args": {}, "id": "c1"}]),
            ToolMessage("-", tool_call_id="c1"),
        ),
        _RESULTS,
    ),
    Table(
        "Replies in old threads",
        _said(
            HumanMessage("Look"),
            AIMessage([{"type": "text", "text": "Rome"}]),
            HumanMessage("And?"),
        ),
        _REPLIES,
        says="Thoughts and the server's own tools of another API mean nothing to this one, and are left out.",
    ),
    Table("Tools", _asked(), _TOOLS),
    Table(
        "Choice of tools",
        _asked(lambda m: m.bind_tools([weather]).invoke("Hello")),
        _CHOICES,
    ),
    Table("Structured output", _asked(), _SCHEMAS),
    Table(
        "Options",
        _asked(),
        _OPTIONS,
        says="Those of LangChain's own `BaseChatModel` (`cache`, `callbacks`, `rate_limiter`, `tags`, …) are inherited from it by both.",
        names=frozenset(STOCK["options"]),
    ),
    Table("Options of a call", _asked(), _CALLS),
]
