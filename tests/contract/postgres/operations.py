"""All that a store does, and which locks that takes."""

import time
from collections.abc import Callable
from dataclasses import replace

from interactions_core.protocol.retention import Loss
from interactions_core.records.accounts import Claimant, Owner
from interactions_core.records.conversations import ConversationId
from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import OWED
from interactions_core.records.openings import Asked
from interactions_core.records.outlines import Sketch
from interactions_core.records.spending.budgets import Amount, Budget
from interactions_core.stores import PostgresStore
from tests.contract.session_records import (
    DAY_S,
    NOW,
    SCOPE,
    known_form,
    lost_create,
    make_entry,
    make_job,
    make_record,
    reservation,
)

THREAD = SCOPE.thread_id
ERASURE = Erasure(SCOPE.credential, "v1_erased")
NAMES = ("v1_a", "v1_new", THREAD, "copy", "job", "new_job", ERASURE.interaction_id,
         SCOPE.credential, "forms", "accounts", "index of texts")  # fmt: skip
ACCOUNT = "gemini|host|account=mine"
WRITES_NOTHING = set[str]()
WRITES_ROWS = {"all shared"}
"""Together with everybody else who writes, and with older releases."""


def writes(*names: str) -> set[str]:
    return WRITES_ROWS | {name if " " in name else f"{name} alone" for name in names}


def ask(_: Owner) -> Asked:
    return Asked(scope=SCOPE, request_digests=[b"a"], call_digest=b"call")


Operation = Callable[[PostgresStore], object]

OPERATIONS: dict[str, tuple[Operation, set[str]]] = {
    "check_contracts": (lambda s: s.check_contracts(), WRITES_NOTHING),
    "count_jobs": (lambda s: s.count_jobs(NOW), WRITES_NOTHING),
    "pool_use": (lambda s: s.pool_use(), WRITES_NOTHING),
    "secret": (lambda s: s.secret(), WRITES_ROWS),
    "open_turn": (
        lambda s: s.open_turn(lambda _: Claimant(SCOPE.credential), ask),
        WRITES_NOTHING,
    ),
    "find": (lambda s: s.find(SCOPE, [b"a"]), WRITES_NOTHING),
    "get": (lambda s: s.get(SCOPE, "v1_a"), WRITES_NOTHING),
    "put": (
        lambda s: s.put(
            make_record("v1_new"),
            make_entry(),
            began=b"",
            sketch=Sketch(steps=(), settings={"tools": [{"type": "a"}]}),
            job=make_job("job"),
        ),
        writes("v1_new", "job", f"{THREAD} shared"),
    ),
    "mark_handed_on": (lambda s: s.mark_handed_on(SCOPE, "v1_a"), WRITES_NOTHING),
    "take_owed": (
        lambda s: s.take_owed(make_record(owed=OWED), 0, "me"),
        writes("v1_a"),
    ),
    "mark_gone": (lambda s: s.mark_gone(SCOPE, "v1_a"), writes(THREAD)),
    "retention": (lambda s: s.retention(SCOPE.credential), WRITES_NOTHING),
    "learn_retention": (
        lambda s: s.learn_retention(SCOPE.credential, DAY_S),
        writes(SCOPE.credential),
    ),
    "note_loss": (
        lambda s: s.note_loss(SCOPE.credential, Loss("v1_a", DAY_S, NOW - DAY_S, NOW)),
        writes(SCOPE.credential),
    ),
    "claim_retention_try": (
        lambda s: s.claim_retention_try(SCOPE.credential, NOW),
        writes(SCOPE.credential),
    ),
    "unlearn_retention": (
        lambda s: s.unlearn_retention(SCOPE.credential),
        writes(SCOPE.credential),
    ),
    "restored_at": (lambda s: s.restored_at(), WRITES_NOTHING),
    "mark_restored": (lambda s: s.mark_restored(NOW), WRITES_ROWS),
    "usage": (lambda s: s.usage(), WRITES_NOTHING),
    "ledger": (lambda s: s.ledger(), WRITES_NOTHING),
    "reserve": (
        lambda s: s.reserve(reservation(), Budget(max_calls=9), now=NOW),
        WRITES_ROWS,
    ),
    "settle": (lambda s: s.settle("call", "budget", Amount(1, 1)), WRITES_ROWS),
    "spending": (lambda s: s.spending("budget"), WRITES_NOTHING),
    "reservation": (lambda s: s.reservation("call"), WRITES_NOTHING),
    "cost": (lambda s: s.cost(), WRITES_NOTHING),
    "costs": (lambda s: s.costs(["day"]), WRITES_NOTHING),
    "list_askers": (lambda s: s.list_askers(), WRITES_NOTHING),
    "note_unanswered": (lambda s: s.note_unanswered(SCOPE, lost_create()), WRITES_ROWS),
    "list_unanswered": (lambda s: s.list_unanswered(), WRITES_NOTHING),
    "copy_thread": (lambda s: s.copy_thread(THREAD, "copy"), writes(THREAD, "copy")),
    "held_by": (lambda s: s.held_by(THREAD), WRITES_NOTHING),
    "delete_thread": (lambda s: s.delete_thread(THREAD, remote=True), writes(THREAD)),
    "add_job": (
        lambda s: s.add_job(make_job("new_job"), began=b""),
        writes("new_job", f"{THREAD} shared"),
    ),
    "get_job": (lambda s: s.get_job("job"), WRITES_NOTHING),
    "find_jobs": (lambda s: s.find_jobs(SCOPE, b"call"), WRITES_NOTHING),
    "list_jobs": (lambda s: s.list_jobs(), WRITES_NOTHING),
    "take_job": (
        lambda s: s.take_job(make_job("job"), "me", now=1.0, until=2.0),
        writes("job"),
    ),
    "renew_job": (
        lambda s: s.renew_job("job", "me", now=1.0, until=2.0),
        writes("job"),
    ),
    "update_job": (lambda s: s.update_job(make_job("job")), writes("job")),
    "move_job": (
        lambda s: s.move_job(replace(make_job("job"), owner="me")),
        writes("job"),
    ),
    "note_status": (
        lambda s: s.note_status(make_job("job"), "completed", now=1.0),
        writes("job"),
    ),
    "job_events": (lambda s: s.job_events("job"), WRITES_NOTHING),
    "list_job_events": (lambda s: s.list_job_events(["job"]), WRITES_NOTHING),
    "clean_jobs": (lambda s: s.clean_jobs(time.time()), WRITES_ROWS),
    "delete_job": (lambda s: s.delete_job("job"), writes("job")),
    "deletion_mark": (lambda s: s.deletion_mark(THREAD), WRITES_NOTHING),
    "note_late": (
        lambda s: s.note_late(SCOPE, "v1_late", b"before"),
        writes(f"{THREAD} shared"),
    ),
    "plan_erasures": (lambda s: s.plan_erasures(THREAD), WRITES_NOTHING),
    "list_erasures": (lambda s: s.list_erasures(), WRITES_NOTHING),
    "drop_erasure": (
        lambda s: s.drop_erasure(ERASURE),
        writes(ERASURE.interaction_id),
    ),
    "list_forms": (lambda s: s.list_forms(), WRITES_NOTHING),
    "keep_forms": (lambda s: s.keep_forms([known_form()]), writes("forms")),
    "clear_forms": (lambda s: s.clear_forms(), writes("forms")),
    "find_owner": (
        lambda s: s.find_owner(lambda _: Claimant("gemini|host|new", ACCOUNT)),
        writes("accounts"),
    ),
    "links_of": (lambda s: s.links_of([ACCOUNT]), WRITES_NOTHING),
    "list_owners": (lambda s: s.list_owners(), WRITES_NOTHING),
    "link": (
        lambda s: s.link(["gemini|host|rotated"], SCOPE.credential),
        writes("accounts"),
    ),
    "unlink": (lambda s: s.unlink("gemini|host|rotated"), writes("accounts")),
    "list_link_events": (lambda s: s.list_link_events(), WRITES_NOTHING),
    "keep_anchor_name": (
        lambda s: s.keep_anchor_name(SCOPE.credential, "gemini|host|rotated"),
        writes("accounts"),
    ),
    "list_anchor_names": (
        lambda s: s.list_anchor_names(SCOPE.credential),
        WRITES_NOTHING,
    ),
    "locate": (lambda s: s.locate("v1_a"), WRITES_NOTHING),
    "find_outline": (lambda s: s.find_outline(SCOPE, "v1_a"), WRITES_NOTHING),
    "find_setups": (lambda s: s.find_setups(SCOPE, ["v1_a"]), WRITES_NOTHING),
    "list_conversations": (lambda s: s.list_conversations(), WRITES_NOTHING),
    "records": (lambda s: s.records(ConversationId(SCOPE)), WRITES_NOTHING),
    "conversation_of": (lambda s: s.conversation_of(SCOPE, "v1_a"), WRITES_NOTHING),
    "contents": (lambda s: s.contents(SCOPE, ["v1_a"]), WRITES_NOTHING),
    "keys_named": (lambda s: s.keys_named("v1_"), WRITES_NOTHING),
    "threads_named": (lambda s: s.threads_named("th"), WRITES_NOTHING),
    "newest_key": (lambda s: s.newest_key(sent_again=True), WRITES_NOTHING),
    "has_index": (lambda s: s.has_index(), WRITES_NOTHING),
    "search": (lambda s: s.search("hello"), WRITES_NOTHING),
    "index_texts": (
        lambda s: s.index_texts(),
        writes("index of texts alone", f"{THREAD} shared"),
    ),
    "list_budgets": (lambda s: s.list_budgets(), WRITES_NOTHING),
    "list_reservations": (lambda s: s.list_reservations(), WRITES_NOTHING),
    "count_without_outline": (lambda s: s.count_without_outline(), WRITES_NOTHING),
    "is_known_elsewhere": (
        lambda s: s.is_known_elsewhere(SCOPE, "v1_a"),
        WRITES_NOTHING,
    ),
    "close": (lambda s: s.close(), WRITES_ROWS),
}


def fill(store: PostgresStore, *, with_secret: bool) -> None:
    """Let each operation have something to do."""
    if with_secret:
        store.delete_thread("somebody's")
    store.put(make_record(owed=OWED), make_entry())
    store.mark_handed_on(SCOPE, "v1_a")
    store.add_job(replace(make_job("job"), owner="me"))
    store.add_job(replace(make_job("over"), forget_at=1.0))
    store.keep_forms([known_form()])
