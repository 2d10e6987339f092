"""The points in which the service is known, or said, to refuse what might be taken.

The names are the vocabulary of whoever speaks of such a point: `Settings.disputed`,
the command line, the pytest marker, profiles of a live service. A name is never given
another meaning. Nothing is checked here, and nothing is known of requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from interactions_emulator.base.errors import INVALID_ARGUMENT
from interactions_emulator.base.models import Family

Evidence: TypeAlias = Literal["reported", "documented", "unknown"]
"""Of the text: somebody had it from the service, a document has it, nobody knows."""

BOUNDS: Final = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"}
)
"""Keywords that documents list as taken, and reports as refused."""

UNLISTED: Final = frozenset(
    {
        *("const", "default", "discriminator", "examples", "exclusiveMaximum"),
        *("exclusiveMinimum", "multipleOf", "pattern", "uniqueItems"),
    }
)
"""Keywords that pydantic writes and google-genai does not list as taken."""

SAMPLING: Final = ("temperature", "top_p", "top_k")
MOST_NAME: Final = 64
"""Characters of a function's name that no model is said to refuse."""


@dataclass(frozen=True, slots=True)
class Group:
    """Models and agents for which something holds."""

    about: str
    """Which they are, for people."""
    has: Callable[[Family], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something that the service refuses, or may refuse."""

    name: str
    refuses: str
    """What is refused, as in "… is refused"."""
    sure: Group | None = None
    """Who refuses it: recorded, reported or documented, and nowhere contradicted."""
    disputed: Group | None = None
    """Who may: sources contradict each other, speak of another API, or are silent."""
    text: str = INVALID_ARGUMENT
    """What the service says. Braces are filled in, as `str.format` does."""
    evidence: Evidence = "unknown"
    status: int = 400
    platform: Literal["gemini", "any"] = "any"
    """Where; `gemini` is the Gemini API, not the enterprise platform."""
    source: str
    url: str = ""
    date: str = ""
    """Of the source, as `2026-09-05`, or `2026-09` where the day is not known."""


_ALL: Final = Group("all", lambda _: True)
_MODELS: Final = Group(
    "models", lambda one: one.line not in {"antigravity", "deep-research"}
)
_AGENTS: Final = Group("agents", lambda one: not _MODELS.has(one))
_ANTIGRAVITY: Final = Group("antigravity", lambda one: one.line == "antigravity")
_SINCE_3_8: Final = Group(
    "gemini-3.8 and later", lambda one: one.is_gemini(since=(3, 8))
)
_GEMINI_3: Final = Group("gemini-3 and later", lambda one: one.is_gemini(since=(3, 0)))
_GEMINI_4: Final = Group("gemini-4 and later", lambda one: one.is_gemini(since=(4, 0)))
_GEMINI_2: Final = Group(
    "before gemini-3", lambda one: one.is_gemini(since=(0, 0), before=(3, 0))
)
_SEPARATING: Final = Group(
    "gemini-3.6-flash, gemini-3.5-flash-lite",
    lambda one: (
        (one.generation, one.size) in {((3, 6), "flash"), ((3, 5), "flash-lite")}
        and one.line == "gemini"
    ),
)
_LATER_SEPARATING: Final = Group(
    "other gemini-3.6 and later, gemma-4",
    lambda one: one.is_gemini(since=(3, 6)) or one.line == "gemma",
)

_PLATFORM_TEXT: Final = (
    "{field} is not available on the Gemini API but it is available on the Gemini "
    "Enterprise Agent Platform"
)
_GENAI: Final = "google-genai 3.4"
_GENAI_RS: Final = ("genai-rs", "https://github.com/evansenter/genai-rs")
_DOCS: Final = (
    "Interactions API",
    "https://ai.google.dev/gemini-api/docs/interactions-overview",
)

_TABLE: Final = (
    Point(
        name="schema-bounds",
        refuses="`minItems`, `maxItems`, `minLength`, `maxLength`, `minimum` or "
        "`maximum` in the schema of `response_format`",
        disputed=_SINCE_3_8,
        evidence="reported",
        source="openinterviewer 21",
        url="https://github.com/linxule/openinterviewer/pull/21",
        date="2026-09-05",
    ),
    Point(
        name="schema-keywords",
        refuses="`const`, `default`, `discriminator`, `examples`, `exclusiveMaximum`, "
        "`exclusiveMinimum`, `multipleOf`, `pattern` or `uniqueItems` in the schema of "
        "`response_format`",
        disputed=_ALL,
        source=_GENAI,
        date="2026-10",
    ),
    Point(
        name="schema-references",
        refuses="`$ref` beside other keywords in the schema of `response_format`",
        disputed=_ALL,
        source="opencode 12295",
        url="https://github.com/anomalyco/opencode/issues/12295",
        date="2026-02",
    ),
    Point(
        name="tool-keywords",
        refuses="what the three points above name, in the `parameters` of a function",
        disputed=_ALL,
        evidence="reported",
        source="python-genai 2170",
        url="https://github.com/googleapis/python-genai/issues/2170",
        date="2026-03",
    ),
    Point(
        name="builtin-beside-functions",
        refuses="a built-in tool beside functions",
        sure=_SEPARATING,
        disputed=_LATER_SEPARATING,
        text="Please enable tool_config.include_server_side_tool_invocations to use "
        "Built-in tools with Function calling.",
        evidence="reported",
        source="python-genai 2761",
        url="https://github.com/googleapis/python-genai/issues/2761",
        date="2026-07-22",
    ),
    Point(
        name="format-beside-functions",
        refuses="JSON as `response_format` beside functions",
        disputed=_GEMINI_2,
        text="Function calling with a response mime type: 'application/json' is "
        "unsupported",
        evidence="reported",
        source="gemini-balance 264",
        url="https://github.com/snailyp/gemini-balance/issues/264",
        date="2025",
    ),
    Point(
        name="nameless-results",
        refuses="a `function_result` without `name`",
        sure=_ALL,
        text="Invalid input received",
        evidence="reported",
        source="inspect-robots 380",
        url="https://github.com/robocurve/inspect-robots/issues/380",
        date="2026-08-14",
    ),
    Point(
        name="results-order",
        refuses="results in another order than their calls",
        disputed=_ALL,
        source="CLIProxyAPI 5199",
        url="https://github.com/router-for-me/CLIProxyAPI/issues/5199",
        date="2026",
    ),
    Point(
        name="repeated-call-ids",
        refuses="two calls of one id in the input",
        disputed=_ALL,
        source="nobody has tried",
    ),
    Point(
        name="opens-with-model",
        refuses="a history that begins with the model's words",
        disputed=_ALL,
        source="nobody has tried",
    ),
    Point(
        name="undeclared-functions",
        refuses="a call in the input of a function that is not declared",
        disputed=_MODELS,
        source="nobody has tried",
    ),
    Point(
        name="long-names",
        refuses="a function's name of more than 64 characters",
        disputed=_ALL,
        text="tools[{index}].name: [FIELD_INVALID] Invalid function name. Must start "
        "with a letter or an underscore. Must be a-z, A-Z, 0-9, or contain underscores "
        "(_), dots (.), colons (:), or dashes (-), with a maximum length of 64.",
        evidence="reported",
        source="gemini-cli 12425",
        url="https://github.com/google-gemini/gemini-cli/issues/12425",
        date="2025",
    ),
    Point(
        name="labels",
        refuses="`labels`",
        sure=_ALL,
        text=_PLATFORM_TEXT,
        evidence="reported",
        platform="gemini",
        source=_GENAI_RS[0],
        url=_GENAI_RS[1],
        date="2026-08",
    ),
    Point(
        name="safety-settings",
        refuses="`safety_settings`",
        sure=_ALL,
        text=_PLATFORM_TEXT,
        evidence="reported",
        platform="gemini",
        source=_GENAI_RS[0],
        url=_GENAI_RS[1],
        date="2026-08",
    ),
    Point(
        name="sampling",
        refuses="`temperature`, `top_p` or `top_k`",
        disputed=_GEMINI_4,
        text="Unknown parameter '{field}' at 'generation_config'.",
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-08",
    ),
    Point(
        name="latest-on-v1",
        refuses="a model whose name ends in `-latest`, under `/v1`",
        sure=_MODELS,
        text="Model '{model}' not found. Did you mean '{near}'?",
        status=404,
        platform="gemini",
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-09",
    ),
    Point(
        name="modality-case",
        refuses="capitals in `response_modalities`",
        sure=_ALL,
        text="The value '{value}' is not supported for 'response_modalities'. "
        "Supported values: {supported}.",
        source="misty-step 134",
        date="2026",
    ),
    Point(
        name="agent-config-type",
        refuses="an `agent_config` without `type`",
        sure=_AGENTS,
        text="Missing key 'type' in input 'agent_config'.",
        source=_GENAI,
        date="2026-10",
    ),
    Point(
        name="antigravity-format",
        refuses="a `response_format`",
        sure=_ANTIGRAVITY,
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-08",
    ),
    Point(
        name="antigravity-images",
        refuses="a picture in the input",
        disputed=_ANTIGRAVITY,
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-08",
    ),
    Point(
        name="mcp-names",
        refuses="an MCP server whose name is not of small letters and digits",
        sure=_AGENTS,
        disputed=_MODELS,
        evidence="documented",
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-08",
    ),
    Point(
        name="mcp-with-models",
        refuses="an MCP server",
        disputed=_GEMINI_3,
        source=_DOCS[0],
        url=_DOCS[1],
        date="2026-08",
    ),
    Point(
        name="empty-text",
        refuses="a user's step that holds nothing but empty text",
        disputed=_ALL,
        text="Request has empty input.",
        evidence="reported",
        source=_GENAI_RS[0],
        url=_GENAI_RS[1],
        date="2026-08",
    ),
    Point(
        name="stateless-parent",
        refuses="`store: false` beside a `previous_interaction_id`",
        disputed=_ALL,
        source="nobody has tried",
    ),
)

POINTS: Final[Mapping[str, Point]] = {point.name: point for point in _TABLE}
"""All points, by name."""
