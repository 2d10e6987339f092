"""Where frameworks differ in an option, and why.

Pure. `DIFFERING` are declared by the adapters themselves, with the text from here.
`OWN` is what is said of an option, or its default, in one framework only.
"""

from collections.abc import Mapping
from typing import Final

from interactions_core.options.said import Option, Own, Said

DIFFERING: Final = (
    Option(
        "model",
        None,
        Said("target", "a model's name; exactly one of `model` and `agent`"),
    ),
    Option(
        "sessions",
        "memory:",
        Said(
            "sessions",
            "a session store, its URL or the `Path` of a file",
            may_hide=True,
        ),
    ),
    Option(
        "background",
        None,
        Said(
            "turn",
            "`True`: the server works on it while the call waits, and goes on if the "
            'process dies; `"prefer"`: models that refuse that answer at once; `None`: '
            "agents that are stored do, models do not",
        ),
    ),
    Option(
        "tools",
        [],
        Said(
            "turn",
            "built-in tools and MCP servers of every call; functions belong to agents",
            may_hide=True,
        ),
    ),
    Option(
        "stop_sequences",
        None,
        Said(
            "generation",
            "texts at which an answer ends",
            takers=("langgraph", "autogen"),
        ),
    ),
    Option(
        "webhook_config",
        None,
        Said(
            "body",
            "who is told when a run in the background is over",
            may_hide=True,
            takers=("autogen", "crewai"),
        ),
    ),
    Option(
        "api_key",
        None,
        Said("connection", "`None` reads `GOOGLE_API_KEY` or `GEMINI_API_KEY`"),
    ),
    Option(
        "client",
        None,
        Said(
            "connection",
            "a `google.genai.Client` to use instead; its owner closes it",
            takers=("langgraph", "crewai"),
        ),
    ),
)
"""Options whose type is a framework's own, or that not all adapters take."""

OWN: Final[Mapping[tuple[str, str], Own]] = {
    ("crewai", "model"): Own(
        why="CrewAI shows and dumps an LLM's model, which is a text",
        text=(
            "a model's name; exactly one of `model` and `agent`, whose name is here too"
        ),
        default="",
    ),
    ("langgraph", "sessions"): Own(
        why="a graph's checkpointer has a session store",
        text="a session store, its URL or the `Path` of a file; `None`: the store of the "
        'graph\'s `InteractionsSaver`, or else `"memory:"`',
    ),
    ("langgraph", "background"): Own(
        why="a graph can be interrupted instead of waiting",
        text=(
            "`True`: the server works on it while the call waits, and goes on if the "
            'process dies; `"prefer"`: models that refuse that answer at once; '
            '`"suspend"`: the graph is interrupted instead; `None`: agents that are '
            "stored do, models do not"
        ),
    ),
    ("langgraph", "tools"): Own(
        why="LangChain gives a model its functions, too",
        text="tools of every call, beside those of `bind_tools`",
        default=[],
    ),
    ("autogen", "response_modalities"): Own(
        why="AutoGen's results have no place for media",
        text='`["text"]` only: AutoGen\'s replies have no place for media',
    ),
    ("crewai", "response_modalities"): Own(
        why="CrewAI's answers are texts",
        text='`["text"]` only: CrewAI\'s replies have no place for media',
    ),
    ("crewai", "on_empty"): Own(
        why="CrewAI takes an empty text for an error, and repeats the task twice",
        text=(
            "what an answer without text or calls becomes: an `EmptyReplyError` after "
            'which CrewAI stops; `"return"`: `""`, which CrewAI takes for an error of '
            "its own, so that it repeats the task twice, and pays for each"
        ),
        default="raise",
    ),
}
"""What is said of an option in one framework only."""
