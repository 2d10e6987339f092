"""Names of options that other model classes have, by what they mean.

Pure, and the one place that knows them. People bring their options with them: each is
understood, or refused with what it means, why it is not here, and what to do instead.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from interactions_core.exceptions import ConfigurationError, unknown_option


@dataclass(frozen=True, slots=True)
class ForeignOption:
    """An option of other model classes."""

    meaning: str
    """What it does there; follows "it"."""
    ours: str = ""
    """The option here that takes the same value; "" for none."""
    instead: str = ""
    """Why there is none, and what to do; an adapter may know better."""
    neutral: object = None
    """The value that changes nothing, beside `None`."""


_PENALTY: Final = "the API has no penalties; say in the system message what to avoid"
_LOGPROBS: Final = "the API gives no log probabilities"
_ONE: Final = "the API gives one answer; call again for more"
_HTTP: Final = "hand `client=genai.Client(http_options=…)`, made with it"
_AZURE: Final = "remove it; `vertexai`, `project` and `location` are Google's own"
_CACHE: Final = (
    "this API has no explicit caching; it keeps the conversation itself, and repeated "
    "beginnings are cached without being asked"
)
_USER: Final = (
    "the API has no field for it; `session_id` keeps users apart, and on the enterprise "
    "platform `labels` marks requests"
)

FOREIGN: Final[Mapping[str, ForeignOption]] = {
    "additional_params": ForeignOption(
        "holds options of other APIs",
        instead="give options under the names that they have here",
        neutral={},
    ),
    "api_base": ForeignOption("is another server's address", "base_url"),
    "audio": ForeignOption(
        "asks for speech", instead="replies hold text only; remove it"
    ),
    "azure_ad_token": ForeignOption("signs in to Azure", instead=_AZURE),
    "azure_ad_token_provider": ForeignOption("signs in to Azure", instead=_AZURE),
    "azure_deployment": ForeignOption("names a model on Azure", instead=_AZURE),
    "azure_endpoint": ForeignOption("is a server of Azure", instead=_AZURE),
    "cached_content": ForeignOption("names a cache", instead=_CACHE),
    "candidate_count": ForeignOption(
        "asks for several answers", instead=_ONE, neutral=1
    ),
    "client_args": ForeignOption("sets up the HTTP client", instead=_HTTP),
    "client_options": ForeignOption("sets up the HTTP client", instead=_HTTP),
    "client_params": ForeignOption("sets up the HTTP client", instead=_HTTP),
    "code_execution": ForeignOption(
        "lets the model run code",
        instead="use tools=[{'type': 'code_execution'}]",
        neutral=False,
    ),
    "convert_system_message_to_human": ForeignOption(
        "says system messages as the user",
        instead="the API takes system messages; remove the option",
        neutral=False,
    ),
    "default_headers": ForeignOption("adds HTTP headers", instead=_HTTP),
    "default_metadata": ForeignOption("adds HTTP headers", instead=_HTTP),
    "default_metadata_input": ForeignOption("adds HTTP headers", instead=_HTTP),
    "default_query": ForeignOption("adds to every address", instead=_HTTP),
    "frequency_penalty": ForeignOption("discourages repetition", instead=_PENALTY),
    "google_api_key": ForeignOption("is the key", "api_key"),
    "http_client": ForeignOption("is the HTTP client", instead=_HTTP),
    "include_name_in_message": ForeignOption(
        "tells the model who speaks", "add_name_prefixes"
    ),
    "include_thoughts": ForeignOption(
        "shows what was thought", instead="use thinking_summaries='auto'"
    ),
    "interceptor": ForeignOption("changes HTTP requests and answers", instead=_HTTP),
    "logit_bias": ForeignOption(
        "makes tokens likelier",
        instead="the API takes no such weights; say in the system message what to avoid",
    ),
    "logprobs": ForeignOption(
        "asks for log probabilities", "", _LOGPROBS, neutral=False
    ),
    "max_completion_tokens": ForeignOption(
        "limits the tokens of an answer", "max_output_tokens"
    ),
    "max_tokens": ForeignOption("limits the tokens of an answer", "max_output_tokens"),
    "media_resolution": ForeignOption(
        "says how closely pictures are looked at",
        instead=(
            "the API takes a resolution for each picture or video and none for a call"
        ),
    ),
    "metadata": ForeignOption(
        "attaches words to a request",
        instead="the enterprise platform takes `labels`, with a word for each",
    ),
    "modalities": ForeignOption(
        "says what an answer is made of", "response_modalities"
    ),
    "model_capabilities": ForeignOption(
        "says what the model is able to do",
        "model_info",
        "what a model can do is known; remove it",
    ),
    "n": ForeignOption("asks for several answers", instead=_ONE, neutral=1),
    "organization": ForeignOption(
        "says whom OpenAI bills",
        instead="the key or `project` decides who pays; remove it",
    ),
    "parallel_tool_calls": ForeignOption(
        "lets a model make several calls at once",
        instead=(
            "the API has no switch for it: a model calls in parallel where it sees fit"
        ),
        neutral=True,
    ),
    "prediction": ForeignOption(
        "gives most of the answer beforehand",
        instead="the API takes no predictions; remove it",
    ),
    "presence_penalty": ForeignOption("discourages repetition", instead=_PENALTY),
    "previous_response_id": ForeignOption(
        "names the answer to go on from", "previous_interaction_id", "remove it"
    ),
    "prompt_cache_key": ForeignOption("names a cache", instead=_CACHE),
    "reasoning_effort": ForeignOption("says how much is thought", "thinking_level"),
    "request_timeout": ForeignOption("limits the seconds of a request", "timeout_s"),
    "response_format": ForeignOption(
        "says which form an answer has", instead="ask the framework for it"
    ),
    "response_logprobs": ForeignOption(
        "asks for log probabilities", "", _LOGPROBS, neutral=False
    ),
    "safety_identifier": ForeignOption("names the end user", instead=_USER),
    "stop": ForeignOption("lists the texts at which an answer ends", "stop_sequences"),
    "stream_options": ForeignOption(
        "asks for the usage of a stream",
        instead="the usage is always there; remove it",
        neutral={"include_usage": True},
    ),
    "thinking_budget": ForeignOption(
        "limits the tokens of thoughts",
        instead=(
            "the API has no budget of thought tokens; use `thinking_level`, and "
            "`max_output_tokens` for a limit that includes thoughts"
        ),
    ),
    "thinking_config": ForeignOption(
        "says how much is thought and shown",
        instead="use `thinking_level` and `thinking_summaries`",
    ),
    "timeout": ForeignOption("limits the seconds of a request", "timeout_s"),
    "thread_id": ForeignOption(
        "names a conversation",
        instead="a thread is its graph's, graph.invoke(…, {'configurable': "
        "{'thread_id': …}}); a call outside a graph has none, and `session_id` keeps "
        "conversations apart",
        neutral="",
    ),
    "top_k": ForeignOption(
        "limits how many tokens are drawn from",
        instead="it is no documented field of this API; use `top_p`",
    ),
    "top_logprobs": ForeignOption("asks for log probabilities", instead=_LOGPROBS),
    "transport": ForeignOption(
        "says how requests travel", instead="there is only one, HTTP", neutral="rest"
    ),
    "use_vertexai": ForeignOption("asks the enterprise platform", "vertexai"),
    "user": ForeignOption("names the end user", instead=_USER),
    "verbosity": ForeignOption(
        "says how long answers are",
        instead="the API has no option for it; say it in the system message",
    ),
    "web_search_options": ForeignOption(
        "lets the model search", instead="use tools=[{'type': 'google_search'}]"
    ),
}
"""What the options of other model classes mean, by name."""

NO_WORDS: Final[Mapping[str, str]] = {}
"""No advice of an adapter's own."""


def without_foreign(
    owner: str,
    options: Mapping[str, object],
    known: Collection[str],
    *,
    instead: Mapping[str, str] = NO_WORDS,
) -> dict[str, object]:
    """Leave out foreign options that change nothing, and refuse all others.

    Args:
        owner: Whose options these are, for the message.
        options: As the user wrote them.
        known: The names that exist; they are never foreign.
        instead: What to do about some of them, where the framework has its own way.

    Raises:
        ConfigurationError: An option is unknown, or one that is not here.
    """
    result: dict[str, object] = {}
    for name, value in options.items():
        if name in known:
            result[name] = value
        elif not changes_nothing(name, value):
            raise refusal(owner, name, known, instead=instead)
    return result


def own_name(name: str) -> str:
    """Return the option here that takes the same value, or the name itself."""
    foreign = FOREIGN.get(name)
    return (foreign.ours if foreign else "") or name


def changes_nothing(name: str, value: object) -> bool:
    """Tell whether a foreign option has a value that needs no counterpart."""
    foreign = FOREIGN.get(name)
    return foreign is not None and (value is None or value == foreign.neutral)


def refusal(
    owner: str,
    name: str,
    known: Collection[str],
    *,
    instead: Mapping[str, str] = NO_WORDS,
    understood: Collection[str] = (),
) -> ConfigurationError:
    """Explain an option that is not here by its meaning, or else by its spelling.

    Args:
        owner: Who was given it.
        name: The option.
        known: The names that exist.
        instead: What to do about some of them, where the framework has its own way.
        understood: Other names that the owner takes; the list of known ones omits them.
    """
    foreign = FOREIGN.get(name)
    if foreign is None:
        # A foreign name that is misspelt is nearer to its own than to one of ours.
        words = [*FOREIGN, *understood]
        near = difflib.get_close_matches(name, words, n=1, cutoff=0.8)
        return unknown_option(owner, name, {*known, *near})
    use = f"use `{foreign.ours}`" if foreign.ours in known else foreign.instead
    advice = instead.get(name) or use or f"`{foreign.ours}` is no option here"
    msg = f"{owner} does not take {name!r}: it {foreign.meaning}; {advice}"
    return ConfigurationError(msg)
