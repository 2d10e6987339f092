"""Records and ledger entries for the tests of session stores."""

from dataclasses import replace

from interactions_core.records.charges import Charge, Price, Unanswered
from interactions_core.records.forms import KnownForm
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.spending.budgets import Amount, Reservation
from interactions_core.records.turn import GraphPosition
from interactions_core.usage import Usage

SCOPE = Scope("gemini|host|print", "tenant", "thread")
DAY_S = 86_400.0
NOW = 1_790_000_000.0
PLACE = GraphPosition("sub:1", "checkpoint", "task", 2)
HELD = (
    {"type": "thought", "signature": "c2lnbmF0dXJl"},
    {"type": "model_output", "content": [{"type": "text", "text": "Hello"}]},
    {"type": "function_call", "id": "c1", "name": "add", "arguments": {"x": 1.5}},
    {"type": "hologram", "unknown": {"nested": [1, None, True]}},
)
SENT = ({"type": "user_input", "content": [{"type": "text", "text": "Hi"}]},)


def make_record(key: str = "v1_a", **changes: object) -> InteractionRecord:
    record = InteractionRecord(
        key=key,
        scope=SCOPE,
        request_digest=b"request of " + key.encode(),
        form=ReplyForm.of(HELD),
        created_at=1_000.25,
        expires_at=1_000.25 + 55 * DAY_S,
    )
    return replace(record, **changes)


def whole_record() -> InteractionRecord:
    """Make a record in which no field has its default."""
    return InteractionRecord(
        key="v1_whole",
        scope=SCOPE,
        request_digest=bytes(range(32)),
        form=replace(ReplyForm.of(HELD), only_text=True),
        created_at=1_790_000_000.125,
        expires_at=1_790_000_999.5,
        parent_id="v1_parent",
        base_key="v1_base",
        context_digest=b"\xff" * 32,
        context_steps=7,
        context_bytes=1234,
        target="model:gemini-3-flash-preview",
        sent=SENT,
        synthetic=(0, 2),
        held=HELD,
        returned=(b"\x00mark", b""),
        local_results=({"type": "function_result", "call_id": "c1", "result": "2"},),
        setup=b"setup",
        context="node:7",
        reason="fork",
        stored=False,
        status="requires_action",
        gone=True,
        children=1,
        environment_id="env_1",
        usage=Usage(1, 2, 3, 4, 5, 6),
        noted=(b"\x01mark",),
        call_digest=b"call",
        owed=2,
        holder="here/1/ab",
        learned_expires_at=1_790_000_000.125 + DAY_S,
        made_by="gemini|host|rotated",
        setup_marks=("0123456789abcdef", ""),
    )


def make_entry(key: str = "v1_a", tokens: int = 10) -> LedgerEntry:
    return LedgerEntry(
        key=key,
        target="model:m",
        reason="continue",
        status="completed",
        usage=Usage(tokens, 1, 2, 3, 4, tokens + 10),
        created_at=1_000.25,
        attempts=3,
        maybe_billed=1,
        recovered=("expired", "plain"),
        steps_sent=2,
        bytes_sent=300,
        replay_steps=20,
        replay_bytes=3_000,
        charges=(whole_charge(tokens), Charge(given_up=True)),
        job="job_1",
        sent_again=True,
    )


def whole_charge(tokens: int = 10) -> Charge:
    """Make a charge in which no field has its default."""
    return Charge(
        interaction_id="v1_hop",
        model="m",
        tier="flex",
        asked_at=1_000.125,
        input_tokens=tokens,
        cached_tokens=1,
        output_tokens=2,
        thought_tokens=3,
        tool_use_tokens=4,
        total_tokens=tokens + 10,
        modalities={"input": {"text": tokens - 3, "audio": 3}, "output": {"text": 2}},
        tools={"google_search": 2},
        given_up=True,
        price=Price(picousd=2**60, prices="prices 1", reason="half of it"),
    )


def lost_create(**changes: object) -> Unanswered:
    usual = Unanswered(
        target="agent:a", at=NOW, what="cancelled", creates=2, interaction_id="v1_run"
    )
    return replace(usual, **changes)


def reservation(**changes: object) -> Reservation:
    usual = Reservation(
        key="call",
        budget="budget",
        amount=Amount(1, 1),
        holder="me",
        lease_until=NOW + 60,
    )
    return replace(usual, **changes)


def known_form(
    feature: str = "tools", change: str = "bounds", at: float = NOW
) -> KnownForm:
    return KnownForm(
        platform="gemini|host",
        api_version="v1",
        target="model:m",
        feature=feature,
        change=f"{change}:{feature}",
        answered_at=at,
    )


def make_job(key: str = "job_1", **changes: object) -> Job:
    usual = Job(
        key=key,
        scope=SCOPE,
        call_digest=b"\x01" * 32,
        target="agent:deep-research",
        created_at=NOW,
        deadline_at=NOW + 3_900,
        updated_at=NOW,
        forget_at=NOW + 1_000,
        place=PLACE,
        owner="me",
        lease_until=NOW + 60,
        plan={"reason": "root", "steps": [{"type": "user_input"}]},
    )
    return replace(usual, **changes)
