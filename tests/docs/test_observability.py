"""What docs/observability.md says is set up, and what then arrives, byte for byte."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from interactions_core.tracing.backend_keys import BACKENDS, VARIABLE
from interactions_core.tracing.facts import CallFacts, CallKind, Server
from interactions_core.tracing.own_attributes import own_attributes
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.docs.pages import ROOT, Block, blocks_of
from tests.golden_spans import CONVENTIONS, GOLDEN
from tests.otlp_receiver import Receiver, attributes_of, receiving
from tests.spans import attributes
from tests.spans import told as in_memory

PAGE: Final = ROOT / "docs" / "observability.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
CODE: Final = [block.text for block in blocks_of(PAGE, "py")]
SAID: Final = "My name is Ada."

KEYS: Final = {
    "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
    "LANGFUSE_SECRET_KEY": "sk-lf-2",
    "LANGSMITH_API_KEY": "lsv2_3",
    "DD_API_KEY": "dd4",
    "GRAFANA_INSTANCE_ID": "123456",
    "GRAFANA_TOKEN": "glc_5",
}
"""What a reader has of the back ends."""

TURN: Final = f"""
from interactions_langgraph import ChatInteractions

model = ChatInteractions(
    model="gemini-3.8-flash", sessions="sqlite:///s.db", session_id="acme"
)
model.invoke("{SAID}")
model.close()
provider.shutdown()
"""


def _basic(user: str, word: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{word}".encode()).decode()


ARRIVES: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "Phoenix": ("http://localhost:6006", "/v1/traces", {}),
    "Langfuse": (
        "https://cloud.langfuse.com",
        "/api/public/otel/v1/traces",
        {
            "authorization": _basic("pk-lf-1", "sk-lf-2"),
            "x-langfuse-ingestion-version": "4",
        },
    ),
    "LangSmith": (
        "https://api.smith.langchain.com",
        "/otel/v1/traces",
        {"x-api-key": "lsv2_3", "langsmith-project": "support"},
    ),
    "Datadog": (
        "https://otlp.datadoghq.com",
        "/v1/traces",
        {"dd-api-key": "dd4", "dd-otlp-source": "llmobs"},
    ),
    "Grafana": (
        "https://otlp-gateway-prod-eu-west-2.grafana.net",
        "/otlp/v1/traces",
        {"authorization": _basic("123456", "glc_5")},
    ),
}
"""Where a back end takes traces, and what it wants in the headers."""


def _set_up_of(back_end: str) -> Block:
    """Return the block under the heading of a back end."""
    begin = TEXT[: TEXT.index(f"\n### {back_end}\n")].count("\n") + 1
    blocks = blocks_of(PAGE, "sh")
    return min((b for b in blocks if b.line > begin), key=lambda block: block.line)


def _exported(block: Block) -> dict[str, str]:
    """Let a shell run a block; return what it has exported."""
    asked = ["bash", "-euc", f"{block.text}\nenv -0"]
    only = {"PATH": os.environ["PATH"], **KEYS}
    told = subprocess.run(asked, env=only, capture_output=True, text=True, check=True)
    pairs = [line.split("=", 1) for line in told.stdout.split("\0") if "=" in line]
    assert told.stderr == ""
    return {name: value for name, value in pairs if name.split("_")[0] in OWN}


OWN: Final = ("OTEL", "INTERACTIONS")


def _turn(
    settings: Mapping[str, str], host: str, place: Path, emulator: Emulator
) -> Receiver:
    """Take a turn as the page says, with a back end's host replaced by a receiver."""
    with receiving() as receiver:
        here = {k: v.replace(host, receiver.url) for k, v in settings.items()}
        environment = {
            name: value
            for name, value in os.environ.items()
            if name.split("_")[0] not in OWN
        }
        environment |= {
            **here,
            "GOOGLE_GEMINI_BASE_URL": emulator.url,
            "GEMINI_API_KEY": "canary-key",
        }
        program = "\n".join([*CODE, TURN])
        subprocess.run(
            [sys.executable, "-c", program], cwd=place, env=environment, check=True
        )
    return receiver


@pytest.fixture(params=ARRIVES)
def back_end(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_set_up_leads_to_where_the_back_end_takes_traces(
    back_end: str, emulator: Emulator, tmp_path: Path
) -> None:
    host, path, headers = ARRIVES[back_end]
    settings = _exported(_set_up_of(back_end))

    receiver = _turn(settings, host, tmp_path, emulator)

    assert [each.path for each in receiver.received] == [path]
    [came] = receiver.received
    assert headers.items() <= came.headers.items()
    [span] = receiver.spans()
    assert span.name == "chat gemini-3.8-flash"
    wanted = settings.get(VARIABLE, "")
    told = attributes_of(span)
    for word, example in ONE_OF_EACH.items():
        assert (example in told) == (word == wanted), word


ONE_OF_EACH: Final = {
    "openinference": "openinference.span.kind",
    "langfuse": "langfuse.observation.type",
    "langsmith": "langsmith.span.kind",
}


def test_a_set_up_is_five_lines_at_most(back_end: str) -> None:
    assert len(_set_up_of(back_end).text.splitlines()) <= 5


def test_every_key_of_the_switch_is_exported_with_its_value(
    emulator: Emulator, tmp_path: Path
) -> None:
    """Langfuse's and the others' keys, as the exporter's own encoder writes them."""
    [switch] = [b for b in blocks_of(PAGE, "sh") if len(b.text.splitlines()) == 1]
    assert _exported(switch) == {VARIABLE: "openinference,langfuse"}
    settings = {VARIABLE: ",".join(BACKENDS), "OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"}

    receiver = _turn(settings, "http://h", tmp_path, emulator)

    [span] = receiver.spans()
    told = attributes_of(span)
    given, written = (
        told["gen_ai.usage.input_tokens"],
        told["gen_ai.usage.output_tokens"],
    )
    thoughts = told["gen_ai.usage.reasoning.output_tokens"]
    assert min(given, written, thoughts) > 0
    assert _of(told, "langfuse") == {
        "langfuse.observation.type": "generation",
        "langfuse.session.id": "acme",
        "langfuse.observation.model.name": "gemini-3.8-flash",
        "langfuse.observation.usage_details": {
            "input": given,
            "input_cached_tokens": 0,
            "output": written - thoughts,
            "output_reasoning_tokens": thoughts,
            "total": given + written,
        },
        "langfuse.observation.cost_details": {
            "total": told["interactions.cost.amount"]
        },
    }
    assert _of(told, "openinference", "session", "llm") == {
        "openinference.span.kind": "LLM",
        "session.id": "acme",
        "llm.model_name": "gemini-3.8-flash",
        "llm.provider": "google",
        "llm.token_count.prompt": given,
        "llm.token_count.prompt_details.cache_read": 0,
        "llm.token_count.completion": written,
        "llm.token_count.completion_details.reasoning": thoughts,
        "llm.token_count.total": given + written,
        "llm.cost.total": told["interactions.cost.amount"],
    }
    assert _of(told, "langsmith").keys() == {
        key for key in _listed("langsmith") if not key.startswith("gen_ai")
    }
    for secret in (SAID, "Ada", "canary-key"):
        assert secret.encode() not in receiver.sent()


def test_a_run_is_counted_by_one_of_its_spans(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ",".join(BACKENDS))
    model = ChatInteractions(
        agent="deep-research-preview-04-2026",
        base_url=emulator.url,
        api_key="any",
        sessions="memory:observed",
        poll=(0.01, 0.01),
    )

    with in_memory(monkeypatch) as spans:
        model.invoke("The history of TPUs")

    create, wait = map(attributes, spans.spans)
    kinds = [span["openinference.span.kind"] for span in (create, wait)]
    assert kinds == ["AGENT", "LLM"]
    counting = {"llm.token_count.total", "langsmith.usage_metadata"}
    counting |= {f"langfuse.observation.{of}_details" for of in ("usage", "cost")}
    assert counting & create.keys() == set()
    assert counting <= wait.keys()


def _of(told: Mapping[str, Any], *roots: str) -> dict[str, Any]:
    """Return the attributes below these roots; JSON read."""
    return {
        key: json.loads(value) if str(value).startswith("{") else value
        for key, value in told.items()
        if key.split(".")[0] in roots
    }


def _listed(word: str) -> list[str]:
    """Return the keys that the page's table says a word has written."""
    [row] = re.findall(rf"^\| `{word}` \| (.*?) \|", TEXT, re.MULTILINE)
    return re.findall(r"`([\w.]+)`", row)


EVERYTHING: Final = CallFacts(
    kind="model",
    target="model",
    server=Server("gcp.vertex_ai"),
    session_id="s",
    thread_id="t",
    framework="langgraph",
    stream=True,
    background=True,
    is_separate=True,
    job="j",
    reason="continue",
    steps_sent=1,
    steps_avoided=1,
    bytes_sent=1,
    bytes_avoided=1,
    previous_id="i",
    attempts=1,
    maybe_billed=1,
    recovered=("expired",),
    interaction_id="i",
    status="completed",
    answered_by="model",
    usage=Usage(1, 1, 1, 1, 1, 5),
    cost_usd=1.0,
    polls=1,
    error="RateLimitError",
    outcome="JobFailedError",
    is_left=True,
)
"""A call of which all is known."""


@pytest.mark.parametrize("word", BACKENDS)
def test_the_table_has_the_keys_of_a_word(word: str) -> None:
    assert set(_listed(word)) == BACKENDS[word](EVERYTHING).keys()


def test_the_table_has_our_attributes() -> None:
    kinds: list[CallKind] = ["model", "agent", "wait"]
    written = {
        name
        for kind in kinds
        for name in own_attributes(replace(EVERYTHING, kind=kind))
    }

    # Spans of their own have these, see `tracing/job_spans.py`.
    assert _named("### Ours") - {"interactions.news", "interactions.resumed"} == written


def test_the_table_has_every_attribute_of_the_golden_spans() -> None:
    kept: Any = json.loads(GOLDEN.read_text(encoding="utf-8"))
    written = {
        name
        for ways in kept.values()
        for spans in ways.values()
        for span in spans
        for name in span["attributes"]
    }

    # Modalities are as many as answers have.
    said = {*_named("### By the conventions"), "gen_ai.usage.text.input_tokens"}
    assert written <= said | _named("### Ours")


def test_what_the_page_calls_a_convention_is_one() -> None:
    listed: Any = json.loads(CONVENTIONS.read_text(encoding="utf-8"))
    known = {name for package in listed.values() for name in package["names"]}

    others = {"error.type", "server.address", "server.port"}
    assert _named("### By the conventions") - others <= known


def _named(heading: str) -> set[str]:
    """Return the attributes in the first column of the table below a heading."""
    rows = TEXT.partition(f"{heading}\n")[2].partition("\n#")[0].splitlines()
    firsts = [row.split(" | ")[0] for row in rows if row.startswith("| `")]
    return {name for cell in firsts for name in re.findall(r"`([\w.]+)`", cell)}


def test_every_back_end_of_the_page_is_tried() -> None:
    found = re.findall(
        r"^### (.*)$",
        TEXT.partition("## Set-up of single back ends")[2].partition("\n## ")[0],
        re.MULTILINE,
    )

    assert found == [*ARRIVES]
    assert all(urlsplit(host).hostname for host, *_ in ARRIVES.values())
