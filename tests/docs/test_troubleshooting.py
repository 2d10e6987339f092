"""Each heading of the troubleshooting page is the text of an error that is raised."""

import asyncio
import base64
import contextlib
import hmac
import json
import logging
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import ormsgpack
import pytest
from autogen_core.models import UserMessage
from cryptography.hazmat.primitives.asymmetric import rsa
from google.genai import Client, types
from langchain_core.load import dumps
from langchain_core.messages import HumanMessage, RemoveMessage, SystemMessage
from langgraph.checkpoint.serde.jsonplus import EXT_CONSTRUCTOR_KW_ARGS
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import InteractionsError, PostgresStore, SqliteStore, open_store
from interactions_core.client.connection import Connection
from interactions_core.exceptions import StoreError
from interactions_core.options.plan_decisions import PlanDecision, decide
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint, FailPoint
from interactions_core.profiles.loading import beliefs_here
from interactions_core.protocol.functions import (
    declared,
    own_names,
    warn_of_long_names,
    wire_name,
)
from interactions_core.records.interactions import Scope
from interactions_core.records.names import check_names
from interactions_core.services.job_commands import find_job
from interactions_core.services.receiving.published_keys import PublishedKeys
from interactions_core.services.resume_loader import load_resume
from interactions_core.services.running.outages import Outage
from interactions_core.services.webhook_verification import Trust, verified_event
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sqlite import files
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.docs.pages import ROOT, headings_of
from tests.docs.postgres_errors import CAUSES
from tests.docs.service_texts import REFUSALS
from tests.forks.children import in_child
from tests.langgraph.checkpoints import put_value, value_of
from tests.langgraph.nodes import AT, NOTHING, graph
from tests.live_profiles import answered as an_answer
from tests.live_profiles import refused as a_refusal
from tests.live_profiles import write_profile
from tests.waiting import go_by, wait_by

PAGE = ROOT / "docs" / "troubleshooting.md"
Case = Callable[["Bench"], object]
CASES: dict[str, Case] = {}
DAY_S = 86_400.0
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Bench:
    """What a case may use: a server, a folder, and a model on both."""

    def __init__(
        self, emulator: Emulator, folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        self.emulator = emulator
        self.folder = folder
        self.patch = patch

    def model(self, **options: Any) -> ChatInteractions:
        usual = {
            "model": "gemini-3.5-flash",
            "base_url": self.emulator.url,
            "api_key": "k",
            "max_retries": 0,
            "sessions": f"memory:{self.folder}",
        }
        return ChatInteractions(**usual | options)

    def unwaiting(self) -> ChatInteractions:
        """Make a model whose waits take no time."""
        model = self.model()
        wait_by(model, lambda _: None)
        return model

    def refusing(self, status: int) -> object:
        self.emulator.fault(on="create", do={"status": status})
        return self.model().invoke("Hi")

    def replying(self, **reply: object) -> object:
        self.emulator.script([{"when": {}, "reply": reply}])
        return self.unwaiting().invoke("Hi")


def case(start: str) -> Callable[[Case], Case]:
    """Register what brings about the error whose text begins like this."""

    def register(function: Case) -> Case:
        CASES[start] = function
        return function

    return register


@case("mirror='signatures' has no effect")
def mirror_of_another(bench: Bench) -> object:
    store = SqliteStore(bench.folder / "sessions.db")
    return bench.model(sessions=store, mirror="signatures").invoke("Hi")


@case("session_id holds a lone surrogate")
def name_cut_in_two(bench: Bench) -> object:
    return bench.model(session_id="\ud83d").invoke("Hi")


@case("gemini|… has sessions")
def account_and_key_with_sessions_of_their_own(bench: Bench) -> object:
    bench.model(account="acme").invoke("Hi")
    bench.model(api_key="another").invoke("Hi")
    return bench.model(api_key="another", account="acme").invoke("Hi")


@case("gemini|… has 1 job whose")
def link_that_would_lose_a_job(bench: Bench) -> object:
    store = SqliteStore(bench.folder / "linked.db")
    model = bench.model(sessions=store, background=True)
    model._ready().sync.suspend(model._turn([HumanMessage("Hi")], {}), store)
    [owner] = store.list_owners()
    return store.link([owner.name], owner.name.replace(owner.name[-4:], "0000"))


@case("session_id has 4000 bytes")
def name_too_long(_: Bench) -> object:
    return check_names(PostgresStore.longest_name, session_id="s" * 4_000)


@case("exactly one of")
def no_model(_: Bench) -> object:
    return ChatInteractions()


@case("ChatInteractions has no option 'modle'")
def misspelt_option(_: Bench) -> object:
    return ChatInteractions(modle="gemini-3.5-flash")


@case("ChatInteractions.invoke has no option")
def unknown_call_option(bench: Bench) -> object:
    return bench.model().invoke("Hi", temprature=1)


@case("'retention' is an option of a model")
def model_option_in_a_call(bench: Bench) -> object:
    return bench.model().invoke("Hi", retention=1)


@case("ChatInteractions does not take 'top_k'")
def option_of_another_api(bench: Bench) -> object:
    return bench.model(top_k=40)


@case("InteractionsChatCompletionClient does not take 'stop'")
def option_of_another_client(_: Bench) -> object:
    return InteractionsChatCompletionClient(model="gemini-3.5-flash", stop=["x"])  # type: ignore[call-arg]


@case("InteractionsChatCompletionClient: 'timeout'")
def option_of_a_client_in_a_call(bench: Bench) -> object:
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash", base_url=bench.emulator.url, api_key="k"
    )
    said = UserMessage(content="Hi", source="user")
    return asyncio.run(client.create([said], extra_create_args={"timeout": 1}))


@case("ChatInteractions: 'max_tokens'")
def two_names(bench: Bench) -> object:
    return bench.model(max_tokens=1, max_output_tokens=2)


@case("model_kwargs cannot hold")
def covered_field(bench: Bench) -> object:
    return bench.model(model_kwargs={"tools": []}).invoke("Hi")


@case("the Gemini API does not take")
def option_of_the_enterprise_platform(bench: Bench) -> object:
    return bench.model(labels={"team": "a"}).invoke("Hi")


@case("the secret of")
def lost_secret(bench: Bench) -> object:
    saved = dumps(bench.model(additional_headers={"X-Team": "blue"}))
    return bench.model(**json.loads(saved)["kwargs"] | {"api_key": "k"})


@case("No API key was provided.")
def no_key(bench: Bench) -> object:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        bench.patch.delenv(name, raising=False)
    return bench.model(api_key=None).invoke("Hi")


@case("opentelemetry-instrumentation-google-genai 1.3b0 loses")
def a_wrapper_that_loses_answers(bench: Bench) -> object:
    instrumentor = GoogleGenAiSdkInstrumentor()
    # It takes google-genai below 3 of itself.
    instrumentor.instrument(skip_dep_check=True)
    try:
        return bench.model().invoke("Hi")
    finally:
        instrumentor.uninstrument()


@case("ChatInteractions: timeout_s must be a finite")
def no_time(bench: Bench) -> object:
    return bench.model(timeout_s=0)


@case("ChatInteractions: retention=1")
def time_without_a_unit(bench: Bench) -> object:
    return bench.model(retention=1)


@case("ChatInteractions: poll takes")
def pauses_that_shrink(bench: Bench) -> object:
    return bench.model(poll=(10, 1))


@case("ChatInteractions: model='google/")
def model_of_a_provider(bench: Bench) -> object:
    return bench.model(model="google/gemini-3.8-flash")


@case("ChatInteractions: 'deep-research")
def agent_as_a_model(bench: Bench) -> object:
    return bench.model(model="deep-research-preview-04-2026")


@case("ChatInteractions takes its options by name")
def option_without_a_name(_: Bench) -> object:
    unnamed: Any = ["gemini-3.8-flash"]
    return ChatInteractions(*unnamed)


@case("ChatInteractions: sessions takes")
def no_store(bench: Bench) -> object:
    return bench.model(sessions=3)


@case("base_url begins with neither")
def address_without_a_scheme(bench: Bench) -> object:
    return bench.model(base_url="localhost:8080")


@case("HTTP 404 not_found: Requested entity was not found. Asked was")
def agent_that_nobody_has(bench: Bench) -> object:
    return bench.model(model=None, agent="deep-reserch-preview-04-2026").invoke("Hi")


@case("the agent deep-research")
def functions_of_an_agent(bench: Bench) -> object:
    function = {"name": "fetch", "description": "Fetch", "parameters": {}}
    agent = bench.model(model=None, agent="deep-research-preview-04-2026")
    return agent.bind_tools([function]).invoke("Hi")


@case("the agent antigravity-preview-09-2026 takes functions")
def functions_of_an_unstored_agent(bench: Bench) -> object:
    function = {"name": "fetch", "description": "Fetch", "parameters": {}}
    named = {"model": None, "agent": "antigravity-preview-09-2026"}
    return bench.model(**named, store=False).bind_tools([function]).invoke("Hi")


@case("the agent antigravity-preview-09-2026 takes no audio")
def sound_for_an_agent(bench: Bench) -> object:
    block = {"type": "audio", "url": "https://example.com/x", "mime_type": "audio/mp3"}
    agent = bench.model(model=None, agent="antigravity-preview-09-2026")
    return agent.invoke([HumanMessage([block])])


@case("the agent antigravity")
def form_of_an_agents_answer(bench: Bench) -> object:
    agent = bench.model(model=None, agent="antigravity-preview-09-2026")
    return agent.with_structured_output({"title": "A", "type": "object"}).invoke("Hi")


@case("the API takes no generation config for agents")
def configured_agent(bench: Bench) -> object:
    return bench.model(model=None, agent="deep-research", temperature=1).invoke("Hi")


@case("the google-genai client that was handed in")
def used_client(bench: Bench) -> object:
    options = types.HttpOptions(base_url=bench.emulator.url)
    own = Client(api_key="k", http_options=options)
    model = bench.model(client=own, base_url=None, api_key=None)
    model.invoke("Hi")
    return in_child(lambda: model.invoke("Hi"))


@case("the event loop")
def loop_of_the_parent(bench: Bench) -> object:
    model = bench.model()
    with asyncio.Runner() as runner:
        runner.run(model.ainvoke("Hi"))
        return in_child(lambda: runner.run(model.ainvoke("Hi")))


@case("this call was begun")
def call_of_the_parent(bench: Bench) -> object:
    stream = bench.model().stream("Hi")
    next(stream)
    return in_child(lambda: list(stream))


@case("HTTP 400 invalid_request: Agents are required")
def agent_in_the_foreground(bench: Bench) -> object:
    agent = "deep-research-preview-04-2026"
    return bench.model(model=None, agent=agent, background=False).invoke("Hi")


@case("interaction … was not done after")
def run_that_takes_too_long(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"stall": True})
    return bench.model(background=True, deadline_s=0.001).invoke("Hi")


@case("the answer to a create was lost")
def create_without_an_answer(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"close": "after"})
    return bench.model(background=True).invoke("Hi")


@case("the call has changed in")
def call_that_has_changed(bench: Bench) -> object:
    seeds = iter([1, 2])

    def ask(_: object) -> object:
        options = {"background": True, "on_changed_call": "raise"}
        return {"messages": bench.model(seed=next(seeds), **options).invoke("Hi")}

    saver = InteractionsSaver(f"sqlite:///{bench.folder}/changed.db")
    app = graph(ask, saver)
    bench.emulator.fault(on="get", do={"status": 401})
    with pytest.raises(InteractionsError, match="its job is kept"):
        app.invoke(NOTHING, AT)
    return app.invoke(None, AT)


@case("an unstored one ended as 'cancelled': its thread")
def deleted_thread(bench: Bench) -> object:
    model = bench.model(background=True)

    def delete(at: object) -> None:
        if at is FailPoint.PLANNED:
            open_store(model.sessions).delete_thread("")

    bench.patch.setattr(failpoints, "hook", delete)
    return model.invoke("Hi")


@case("interaction … ended as 'cancelled': its job")
def deleted_job(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"stall": True})
    model = bench.model(background=True)
    go_by(model, lambda: next(MINUTES))

    def delete(_: float) -> None:
        for job in open_store(model.sessions).list_jobs():
            open_store(model.sessions).delete_job(job.key)

    wait_by(model, delete)
    return model.invoke("Hi")


MINUTES = iter(range(1_790_000_000, 1_800_000_000, 40))


@case("another process has taken over")
def taken_job(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"stall": True})
    model = bench.model(background=True)
    go_by(model, lambda: next(MINUTES))

    def take(_: float) -> None:
        for job in open_store(model.sessions).list_jobs():
            open_store(model.sessions).take_job(job, "another", now=0.0, until=9e9)

    wait_by(model, take)
    return model.invoke("Hi")


def lose_run(bench: Bench, cancel: int) -> ChatInteractions:
    bench.emulator.fault(on="create", do={"stall": True})
    bench.emulator.fault(on="get", do={"status": 404}, times=999)
    bench.emulator.fault(on="cancel", do={"status": cancel})
    model = bench.model(background=True)
    go_by(model, lambda: next(MINUTES))
    wait_by(model, lambda _: None)
    return model


@case("HTTP 404 not_found: Requested entity was not found: the run … was not there")
def run_that_is_gone(bench: Bench) -> object:
    return lose_run(bench, 404).invoke("Hi")


@case("HTTP 404 not_found: Requested entity was not found: the run … goes on")
def run_that_cannot_be_found_nor_cancelled(bench: Bench) -> object:
    return lose_run(bench, 503).invoke("Hi")


@case("the run … was unknown to the service")
def run_that_was_gone(bench: Bench) -> object:
    model = lose_run(bench, 404)
    with pytest.raises(InteractionsError, match="on_lost_submit"):
        model.invoke("Hi")
    return model.invoke("Hi")


@case("HTTP 403 permission_denied: There was")
def run_that_cannot_be_read(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"stall": True})
    bench.emulator.fault(on="get", do={"status": 403})
    model = bench.model(background=True)
    go_by(model, lambda: next(MINUTES))
    wait_by(model, lambda _: None)
    return model.invoke("Hi")


@case("HTTP 400 invalid_request: Model 'gemini-2.5-flash' does not support")
def model_in_the_background(bench: Bench) -> object:
    said = "Model 'gemini-2.5-flash' does not support background interactions."
    bench.emulator.fault(on="create", do={"status": 400, "message": said})
    return bench.model(background=True).invoke("Hi")


@case("background='suspend' needs a graph")
def suspend_without_a_graph(bench: Bench) -> object:
    return bench.model(background="suspend").invoke("Hi")


@case("background='suspend' cannot be used")
def suspend_under_fallbacks(bench: Bench) -> object:
    model = bench.model(background="suspend")
    return model.with_fallbacks([bench.model()])


@case("no job goes by the name")
def unknown_job(bench: Bench) -> object:
    store = SqliteStore(bench.folder / "sessions.db")
    return find_job(store, "job_1")


@case("'graph' names no graph")
def graph_without_a_module(_: Bench) -> object:
    return load_resume("graph")


@case("no installed adapter knows")
def no_graph(_: Bench) -> object:
    return load_resume("sys:version")


@case("a receiver needs")
def receiver_that_believes_nobody(_: Bench) -> object:
    return Trust()


def delivered(at: float) -> object:
    headers = {"webhook-id": "1", "webhook-timestamp": "1000"}
    headers["webhook-signature"] = "v1,c2lnbmF0dXJl"
    trust = Trust(secrets=["whsec_c2VjcmV0"])
    return verified_event(trust, headers, b"{}", now=at, keys=str)


@case("the delivery is not from now")
def old_delivery(_: Bench) -> object:
    return delivered(at=9_000.0)


@case("no secret of this receiver")
def delivery_of_somebody_else(_: Bench) -> object:
    return delivered(at=1_000.0)


@case("the keys of tokens could not be fetched")
def keys_out_of_reach(bench: Bench) -> object:
    find = PublishedKeys(f"{bench.emulator.url}/nowhere.json")
    return find(jwt.encode({}, PRIVATE_KEY, "RS256", headers={"kid": "k"}))


@case("the delivery's body is nested too deeply")
def nested_delivery(_: Bench) -> object:
    body = b"[" * 100_000
    signature = hmac.digest(b"secret", b"1.1000." + body, "sha256")
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": "1000",
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
    trust = Trust(secrets=["whsec_c2VjcmV0"])
    return verified_event(trust, headers, body, now=1_000.0, keys=str)


@case("tool_choice names 'fetch'")
def undeclared_choice(bench: Bench) -> object:
    def look_up_order(number: int) -> str:
        """Look up an order."""
        return str(number)

    tools = bench.model().bind_tools([look_up_order], tool_choice="fetch")
    return tools.invoke("Hi")


def bound(bench: Bench, tool: Any, **options: Any) -> object:
    return bench.model(tools=[NUMBERED]).bind_tools([tool], **options).invoke("Hi")


NUMBERED = {"type": "function", "name": "look_up_order", "parameters": {}}


@case("tool_choice 'any' needs a function")
def forced_built_in(bench: Bench) -> object:
    search = {"type": "google_search"}
    return bench.model().bind_tools([search], tool_choice="any").invoke("Hi")


@case("two tools are named")
def two_functions_of_a_name(bench: Bench) -> object:
    return bound(bench, NUMBERED | {"description": "Another."})


@case("the API takes no function named")
def name_with_a_space(bench: Bench) -> object:
    return bound(bench, NUMBERED | {"name": "look up"})


@case("the parameters of the function 'plant'")
def endless_argument(_: Bench) -> object:
    tree: dict[str, Any] = {"type": "object"}
    tree["properties"] = {"child": tree}
    return declared({"type": "function", "name": "plant", "parameters": tree})


@case("the functions 'look up' and")
def two_functions_of_one_name(_: Bench) -> object:
    names = ["look up", wire_name("look up")]
    return own_names([{"type": "function", "name": name} for name in names])


@case("the schema of the function")
def tuple_schema(bench: Bench) -> object:
    pair = {"type": "array", "items": [{"type": "string"}]}
    parameters = {"type": "object", "properties": {"pair": pair}}
    return bound(bench, NUMBERED | {"parameters": parameters})


@case("the API has no tool of type")
def tool_of_another_provider(bench: Bench) -> object:
    return bound(bench, {"type": "web_search_preview"})


@case("a dict with")
def no_tool(bench: Bench) -> object:
    return bound(bench, {"what": "ever"})


@case("method 'grammar'")
def unknown_method(bench: Bench) -> object:
    # A method that type checkers refuse too.
    return bench.model().with_structured_output({}, method="grammar")  # pyright: ignore[reportArgumentType]


@case("plan_decision goes with an agent that plans")
def no_plans(bench: Bench) -> object:
    agent = {"model": None, "agent": "deep-research-preview-04-2026"}
    return bench.model(**agent).invoke("Go", plan_decision=True)


@case("… decides on no plan")
def no_decision(_: Bench) -> object:
    return decide({"aproved": True}, plan_id="v1_x", tokens=1)


@case("plan_decision is 'approved' or 'refused'")
def unknown_decision(_: Bench) -> object:
    return PlanDecision.from_metadata({"plan_decision": "aproved"})


@case("cannot adopt")
def adoption_without_a_reply(bench: Bench) -> object:
    return bench.model().adopt("v1_abc", [HumanMessage("Hi")])


@case("combine_tools='separate' is for models")
def separate_tools_of_an_agent(bench: Bench) -> object:
    agent = "antigravity-preview-09-2026"
    return bench.model(combine_tools="separate").invoke("Hi", agent=agent)


@case("combine_tools='separate' asks google_search")
def separate_tools_beside_a_parent(bench: Bench) -> object:
    model = bench.model(tools=[{"google_search": {}}], combine_tools="separate")
    parent = model.invoke("Hi").response_metadata["interaction_id"]
    function = {"name": "look_up_order", "parameters": {"type": "object"}}
    bound = model.bind_tools([function])
    return bound.invoke("And now?", previous_interaction_id=parent)


@case("the message list holds no message")
def only_a_system_message(bench: Bench) -> object:
    return bench.model().invoke([SystemMessage("Be brief.")])


@case("a RemoveMessage has no counterpart")
def message_for_the_state(bench: Bench) -> object:
    return bench.model().invoke([HumanMessage("Hi"), RemoveMessage(id="1")])


@case("a content block of type 'search_result'")
def unknown_block(bench: Bench) -> object:
    return bench.model().invoke([HumanMessage([{"type": "search_result"}])])


@case("a block of type 'image'")
def empty_image(bench: Bench) -> object:
    return bench.model().invoke([HumanMessage([{"type": "image"}])])


@case("the address '/data/a.png' in a block")
def local_file(bench: Bench) -> object:
    block = {"type": "image_url", "image_url": "/data/a.png"}
    return bench.model().invoke([HumanMessage([block])])


@case("the data of a block of type 'image'")
def broken_data(bench: Bench) -> object:
    block = {"type": "image", "mime_type": "image/png", "base64": "no base64!"}
    return bench.model().invoke([HumanMessage([block])])


@case("a system message takes text only")
def picture_in_the_instruction(bench: Bench) -> object:
    picture = {"type": "image", "url": "https://example.org/a.png"}
    return bench.model().invoke([SystemMessage([picture]), HumanMessage("Hi")])


@case("HTTP 400 invalid_argument: API key not valid.")
def wrong_key(bench: Bench) -> object:
    with Emulator(api_keys=["right"]) as server:
        return bench.model(base_url=server.url, api_key="wrong").invoke("Hi")


@case("HTTP 404 not_found: Model")
def unknown_model(bench: Bench) -> object:
    return bench.model(model="no-such-model").invoke("Hi")


@case("HTTP 404 not_found: Requested entity was not found. Named")
def unknown_parent(bench: Bench) -> object:
    parent = bench.model().invoke("Hi").response_metadata["interaction_id"]
    bench.emulator.advance(56 * DAY_S)
    return bench.model().invoke("Hi again", previous_interaction_id=parent)


@case("HTTP 200: what came is no interaction")
def somebody_else_answers(bench: Bench) -> object:
    bench.emulator.fault(do={"instead": {"body": {"status": "completed"}}})
    return bench.model().invoke("Hi")


@case("HTTP 429")
def no_quota(bench: Bench) -> object:
    return bench.refusing(429)


@case("… would be exceeded: … for …")
def nothing_left(bench: Bench) -> object:
    budget = {"max_total_tokens": 65_800}
    bench.model(budget=budget).invoke("Tell me more. " * 60)
    return bench.model(budget=budget).invoke("Hi")


@case("… would be exceeded: this call")
def never_any_room(bench: Bench) -> object:
    return bench.model(budget={"max_total_tokens": 500}).invoke("Hi")


@case("budget has …")
def run_of_unknown_size(bench: Bench) -> object:
    budget = {"max_total_tokens": 500}
    return bench.model(budget=budget, background=True).invoke("Hi")


@case("HTTP 503")
def no_service(bench: Bench) -> object:
    return bench.refusing(503)


@case("no answer: ConnectError")
def nobody_there(bench: Bench) -> object:
    with Emulator() as stopped:
        url = stopped.url
    return bench.model(base_url=url).invoke("Hi")


@case("no answer: ConnectError: … The request goes")
def proxy_that_is_down(bench: Bench) -> object:
    proxied(bench, "HTTP_PROXY", "http://user:hidden@127.0.0.1:9")
    return bench.model(base_url="http://example.invalid").invoke("Hi")


@case("the proxy socks5")
def proxy_without_its_package(bench: Bench) -> object:
    proxied(bench, "ALL_PROXY", "socks5://user:hidden@127.0.0.1:9")
    bench.patch.setitem(sys.modules, "socksio", None)
    return bench.model().invoke("Hi")


def proxied(bench: Bench, variable: str, address: str) -> None:
    for scheme in ("http", "https", "all", "no"):
        bench.patch.delenv(f"{scheme}_proxy", raising=False)
        bench.patch.delenv(f"{scheme.upper()}_PROXY", raising=False)
    bench.patch.setenv(variable, address)


@case("no answer: RemoteProtocolError")
def lost_answer(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"close": "after"})
    return bench.model().invoke("Hi")


@case("interaction … ended as 'failed'")
def failed_run(bench: Bench) -> object:
    return bench.replying(status="failed", text="")


@case("interaction … ended as 'in_progress': the API")
def pending_run(bench: Bench) -> object:
    return bench.replying(status="in_progress", text="")


@case("the stream of … broke off: no answer: the stream ended before")
def cut_stream(bench: Bench) -> object:
    bench.emulator.script([{"when": {}, "reply": {"text": "word " * 100}}])
    bench.emulator.fault(on="create", do={"truncate_after_events": 8, "lost": True})
    return list(bench.unwaiting().stream("Hi"))


@case("the stream of … broke off: no answer: events of the stream came twice")
def doubled_stream(bench: Bench) -> object:
    bench.emulator.script([{"when": {}, "reply": {"text": "word " * 100}}])
    bench.emulator.fault(on="create", do={"repeat_events_from": 6})
    return list(bench.model().stream("Hi"))


@case("the stream of … broke off: HTTP 504")
def unreadable_stream(bench: Bench) -> object:
    bench.emulator.fault(on="create", do={"error_event_after": 3})
    bench.emulator.fault(on="get", do={"status": 503}, times=99)
    return list(bench.unwaiting().stream("Hi"))


@case("interaction … ended as 'incomplete'")
def spent_on_thoughts(bench: Bench) -> object:
    return bench.replying(status="incomplete", text="")


@case("interaction … ended as 'completed': the model gave")
def empty_answer(bench: Bench) -> object:
    bench.emulator.script([{"when": {}, "reply": {"text": ""}}])
    return bench.model(on_empty="raise").invoke("Hi")


@case("interaction … ended as 'completed': the model thought")
def only_thoughts(bench: Bench) -> object:
    return bench.replying(thought="Well.", text="")


@case("interaction … ended as 'completed': the API gave no content")
def blocked(bench: Bench) -> object:
    return bench.replying(text="", errors=[{"code": "safety", "message": "SAFETY"}])


@case("api_key has U+00E9")
def key_that_no_header_takes(bench: Bench) -> object:
    return bench.model(api_key="keyé")


@case("session store …: there is no such file")
def look_at_nothing(bench: Bench) -> object:
    return open_store(bench.folder / "typo.db", read_only=True)


@case("session store …: it was opened to be read only")
def write_to_a_look(bench: Bench) -> object:
    SqliteStore(bench.folder / "state.db").close()
    store = open_store(bench.folder / "state.db", read_only=True)
    return bench.model(sessions=store).invoke("Hi")


@case("base_url is no address")
def address_with_a_bracket(bench: Bench) -> object:
    return bench.model(base_url="https://user:pass@[host")


@case("ChatInteractions: no session store for")
def unknown_store(bench: Bench) -> object:
    return bench.model(sessions="redis://user:password@host/0").invoke("Hi")


@case("InteractionsSaver keeps checkpoints in a SQLite file")
def path_for_a_url(_: Bench) -> object:
    return InteractionsSaver("state.db")


@case("session store …: the file is not a readable SQLite database")
def other_file(bench: Bench) -> object:
    (bench.folder / "notes.txt").write_text("These are no sessions. " * 100)
    return open_store(f"sqlite:///{bench.folder / 'notes.txt'}")


@case("session store …: this is a file of LangGraph's SqliteSaver")
def file_of_another_saver(bench: Bench) -> object:
    path = bench.folder / "state.db"
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
    return InteractionsSaver(f"sqlite:///{path}")


@case("session store …: it has another program's table")
def file_of_an_application(bench: Bench) -> object:
    path = bench.folder / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE jobs (title TEXT)")
    return SqliteStore(path)


@case("session store …: its 'sessions' tables")
def newer_file(bench: Bench) -> object:
    path = bench.folder / "newer.db"
    SqliteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE schema_versions SET version = 99 WHERE part = 'sessions'"
        )
    connection.close()
    return SqliteStore(path)


@case("session store …: its 'jobs' tables")
def file_that_takes_a_newer_program(bench: Bench) -> object:
    path = bench.folder / "newer.db"
    store, newer = SqliteStore(path), SqliteStore(path)
    newer.database.install(job_rows.PART, (*job_rows.MIGRATIONS, ()))
    newer.close()
    try:
        return store.list_jobs()
    finally:
        store.close()


@case("session store …: it needs an upgrade")
def file_that_nobody_upgraded(bench: Bench) -> object:
    path = bench.folder / "later.db"
    SqliteStore(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM schema_versions WHERE part = 'budgets'")
    return SqliteStore(path, auto_migrate=False).list_jobs()


@case("session store …: there is no such file, and it was opened with auto_migrate")
def file_that_nobody_may_make(bench: Bench) -> object:
    return SqliteStore(bench.folder / "later.db", auto_migrate=False).list_jobs()


@case("session store …: its folder cannot be made")
def file_for_a_folder(bench: Bench) -> object:
    (bench.folder / "file").touch()
    return SqliteStore(bench.folder / "file" / "sessions.db")


@case("session store …: another process held the write lock")
def held_lock(bench: Bench) -> object:
    bench.patch.setattr(files, "BUSY_TIMEOUT_S", 0.05)
    path = bench.folder / "held.db"
    store = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        return store.learn_retention("key", 1.0)
    finally:
        other.close()
        store.close()


@case("session store …: the deletion cannot be noted")
def list_of_deletions_without_its_folder(bench: Bench) -> object:
    bench.patch.setenv("INTERACTIONS_ERASED", str(bench.folder / "missing" / "list"))
    return SqliteStore(bench.folder / "noted.db").delete_thread("1")


@case("session store …: this is a folder")
def folder_for_a_store(bench: Bench) -> object:
    return SqliteStore(bench.folder)


@case("session store …: the file was removed")
def removed_file(bench: Bench) -> object:
    path = bench.folder / "removed.db"
    store = SqliteStore(path)
    path.rename(bench.folder / "elsewhere.db")
    return store.usage()


@case("session store …: row …")
def missing_row(bench: Bench) -> object:
    with InteractionsSaver(f"sqlite:///{bench.folder / 'state.db'}") as saver:
        config: Any = {"configurable": {"thread_id": "1", "checkpoint_ns": ""}}
        checkpoint: Any = {
            "v": 4,
            "id": "1",
            "ts": "",
            "channel_values": {"messages": [HumanMessage("Hi")]},
            "channel_versions": {"messages": "1"},
            "versions_seen": {},
        }
        saver.put(config, checkpoint, {}, {"messages": "1"})
        with saver.sessions.database.writing() as connection:
            connection.execute("DELETE FROM checkpoint_nodes")
        return saver.get_tuple(config)


def offloaded(bench: Bench, server: str = "") -> InteractionsSaver:
    """Return a saver whose thread rests on an interaction."""
    url = f"sqlite:///{bench.folder / 'state.db'}"
    config: Any = {"configurable": {"thread_id": "1"}}
    here = Connection(base_url=bench.emulator.url, api_key="k")
    with InteractionsSaver(url, connection=here, offload=1024) as saver:
        graph = StateGraph(MessagesState)
        graph.add_node(
            "chat", lambda s: {"messages": bench.model().invoke(s["messages"])}
        )
        graph.add_edge(START, "chat")
        graph.compile(checkpointer=saver).invoke({"messages": "Hi " * 1000}, config)
        # What `put` does by the way it leaves to the next one on any trouble.
        saver.offload()
    there = Connection(base_url=server or bench.emulator.url, api_key="k")
    return InteractionsSaver(url, connection=there)


@case("HumanMessage … of thread '1' rests on interaction …, and the server has it")
def expired_payload(bench: Bench) -> object:
    with offloaded(bench) as saver:
        bench.emulator.advance(60 * DAY_S)
        return saver.get_tuple({"configurable": {"thread_id": "1"}})


@case("HumanMessage … of thread '1' rests on interaction …, and it cannot be read")
def unreachable_payload(bench: Bench) -> object:
    with offloaded(bench, "http://127.0.0.1:9") as saver:
        return saver.get_tuple({"configurable": {"thread_id": "1"}})


def refused(refusal: dict[str, Any]) -> Case:
    """Have the service refuse whatever is sent."""

    def call(bench: Bench) -> object:
        bench.emulator.fault(on="create", do=refusal, times=9)
        return bench.model().invoke("Hi")

    return call


for each in REFUSALS:
    code = str(each.get("code", "invalid_request")).lower()
    case(f"HTTP {each['status']} {code}: {each['message'][:20]}")(refused(each))


ERRORS = [
    heading
    for heading in headings_of(PAGE, 3)
    if not heading.startswith(
        (
            "… may be read by others on this machine",
            "this key seems",
            "…, which was adopted",
            "waiting for the session store",
            "the function name",
            "INTERACTIONS_PROFILE: ",
            "interaction … was answered",
            "interaction … ended as 'completed' with",
            "what was said of the plan",
            "background jobs in",
            "thread … failed",
            "objects of …:… come back",
            "thread … was deleted",
            "interaction … is not recorded",
            "not deleted on",
            "… is listed here alone",
            "gemini|…|account:… and its key are new",
        )
    )
]


def matches(heading: str, text: str) -> bool:
    """Compare, with `…` for what differs; a heading may be the beginning only."""
    parts = (re.escape(part) for part in heading.split("…"))
    return re.match(".+".join(parts).removesuffix(".+"), text) is not None


@pytest.mark.parametrize(
    "heading", [each for each in ERRORS if not each.startswith(tuple(CAUSES))]
)
def test_heading_is_what_the_error_says(
    heading: str, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = max((each for each in CASES if heading.startswith(each)), key=len)

    with pytest.raises(InteractionsError) as raised:
        CASES[start](Bench(emulator, tmp_path, monkeypatch))

    assert matches(heading, str(raised.value)), str(raised.value)


def test_a_long_function_name_is_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warn_of_long_names(
        [declared({"type": "function", "name": "long_name_" * 8})], "model:a"
    )

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_profiles_are_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model, long_ago = "gemini-3.5-flash", 1_700_000_000.0
    paths = [
        write_profile(tmp_path / "one.json", a_refusal(6, model), made_at=long_ago),
        write_profile(tmp_path / "other.json", an_answer(6, model)),
        str(PAGE),
    ]
    monkeypatch.setenv("INTERACTIONS_PROFILE", os.pathsep.join(paths))

    beliefs_here()

    told = [one for one in headings_of(PAGE, 3) if one.startswith("INTERACTIONS_PRO")]
    assert len(caplog.messages) == len(told) == 3
    for said in caplog.messages:
        assert len([one for one in told if matches(one, said)]) == 1


def test_a_job_in_memory_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)

    with caplog.at_level(logging.WARNING, logger="interactions_core"):
        bench.model(background=True, poll=(0.01, 0.01)).invoke("Hi")

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_what_a_deletion_overtakes_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    connection = Connection(base_url=emulator.url, api_key="k")
    saver = InteractionsSaver(f"sqlite:///{tmp_path}/state.db", connection=connection)
    bench = Bench(emulator, tmp_path, monkeypatch)
    model = bench.model(sessions=saver.sessions)
    graph = StateGraph(MessagesState).add_edge(START, "chat")
    graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
    app = graph.compile(checkpointer=saver)
    config: Any = {"configurable": {"thread_id": "1"}}
    app.invoke({"messages": "Hi"}, config)
    emulator.fault(on="delete", do={"status": 503})

    def delete(at: object) -> None:
        if at is DeletionFailPoint.ANSWERED:
            saver.delete_thread("1", remote=True)

    monkeypatch.setattr(failpoints, "hook", delete)
    app.invoke({"messages": "Hi again"}, config)
    model.close()
    saver.close()

    headings = headings_of(PAGE, 3)
    starts = {
        h.partition(" ")[0] for h in headings for s in caplog.messages if matches(h, s)
    }
    assert starts == {"thread", "interaction", "not"}
    assert all(any(matches(h, said) for h in headings) for said in caplog.messages)


def test_an_account_that_splits_a_history_is_reported_as_the_page_says(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)
    bench.model(api_key="january").invoke("Hi")
    bench.model(api_key="february", account="acme").invoke("Hi")

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_an_erasure_that_is_not_noted_outside_is_reported_as_the_page_says(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(SqliteStore(tmp_path / "late.db")) as store:
        began = store.deletion_mark("1")
        store.delete_thread("1")
        monkeypatch.setenv("INTERACTIONS_ERASED", str(tmp_path / "missing" / "list"))
        store.note_late(Scope("gemini|host|key", thread_id="1"), "v1_late", began)

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_an_empty_answer_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)

    bench.replying(text="")

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_words_that_decide_nothing_are_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    decide("Hmm.", plan_id="v1_x", tokens=59)

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_a_file_that_others_may_read_is_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    path.touch()
    path.chmod(0o644)

    SqliteStore(path).close()

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


def test_an_outage_is_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Outage().note(StoreError("state.db", "it is away", "Wait."))

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))


@pytest.mark.parametrize("start", CAUSES)
def test_heading_is_what_the_error_of_postgres_says(
    start: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (heading,) = [heading for heading in ERRORS if heading.startswith(start)]

    with pytest.raises(InteractionsError) as raised:
        CAUSES[start](postgres_url, monkeypatch)

    assert matches(heading, str(raised.value)), str(raised.value)


def test_every_case_has_its_heading() -> None:
    assert len(ERRORS) == len(CASES) + len(CAUSES)


def test_short_retention_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)
    histories: list[list[Any]] = [[HumanMessage("Hi")], [HumanMessage("Hello")]]
    for history in histories:
        history += [bench.model().invoke(history), HumanMessage("Hi again")]
    late = bench.model()
    go_by(late, lambda: time.time() + 2 * DAY_S)

    with caplog.at_level(logging.WARNING, logger="interactions_core"):
        for history in histories:
            emulator.fault(on="create", do={"expire": True})
            late.invoke(history)

    (said,) = caplog.messages
    assert said in headings_of(PAGE, 3)


def test_unwritable_store_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)
    store = SqliteStore(tmp_path / "sessions.db")
    model = bench.model(sessions=store)
    model.invoke("Hi")
    with store.database.writing() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    reply = model.invoke("Hi again")

    assert reply.text
    (heading,) = [h for h in headings_of(PAGE, 3) if "but not recorded" in h]
    (said,) = caplog.messages
    assert matches(heading, said)


def test_a_class_that_is_not_imported_is_reported_as_the_page_says(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    stored = ormsgpack.packb(("a_module_of_no_one", "Order", {"number": 7}))
    row = ormsgpack.Ext(EXT_CONSTRUCTOR_KW_ARGS, stored)
    with InteractionsSaver(f"sqlite:///{tmp_path / 'state.db'}") as saver:
        found = value_of(saver, put_value(saver, row))

    assert found == {"number": 7}
    (heading,) = [h for h in headings_of(PAGE, 3) if "is not imported here" in h]
    (said,) = caplog.messages
    assert matches(heading, said), said


def test_an_adopted_interaction_that_is_not_there_is_reported_as_the_page_says(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bench = Bench(emulator, tmp_path, monkeypatch)
    model = bench.model()
    history = [HumanMessage("Hi"), model.invoke("Hi").text, HumanMessage("Go on")]
    model.adopt("v1_nobodys", [history[0], ("ai", history[1])])
    refused = "Invalid interaction name: interactions/v1_nobodys"
    emulator.fault(on="create", do={"status": 400, "message": refused})

    model.invoke([history[0], ("ai", history[1]), history[2]])

    (said,) = caplog.messages
    assert any(matches(heading, said) for heading in headings_of(PAGE, 3))
