"""Write down what a turn came to: the record, the ledger, the message's anchor."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Final

from interactions_core.canonical import Json
from interactions_core.exceptions import (
    InteractionsError,
    OutcomeError,
    StoreError,
    UnknownStatusError,
)
from interactions_core.logs import Known, bare_error, log_fields, shown_error
from interactions_core.mapping.planning import Plan
from interactions_core.prices.current import current_prices
from interactions_core.process.counters import count
from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.records.accounts import is_fingerprint
from interactions_core.records.anchors import Anchor, signed
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.jobs.job import Job
from interactions_core.records.remainders import note_of
from interactions_core.records.spending.entry_prices import priced_entry
from interactions_core.records.turn import Reply
from interactions_core.secret_options import without_settings
from interactions_core.transcript.digest import fold
from interactions_core.transcript.replies import says_something
from interactions_core.transcript.sizes import wire_size
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, leave_loop, store_call
from interactions_core.turns.keeping.answer_records import (
    as_dead,
    as_unsettled,
    is_sent_again,
    list_recovered,
    make_entry,
    make_record,
)
from interactions_core.turns.keeping.form_memory import remember_form
from interactions_core.turns.keeping.learning import known_retention, note_retention
from interactions_core.turns.keeping.lost_tries import note_lost_tries
from interactions_core.turns.keeping.outlining import make_sketch
from interactions_core.turns.receiving.answers import Answer
from interactions_core.turns.spending.metering import note_answer
from interactions_core.usage import Usage

REPLAYS: Final = frozenset({"retry", "expired", "foreign", "stateless"})
"""Reasons for which a list was sent again that had been sent before.

A `root` is a replay, too, where the list has answers: it was changed at its beginning,
or the first that is asked of it.
"""

logger: Final = logging.getLogger("interactions_core")


def record_turn(
    run: TurnContext,
    plan: Plan,
    answer: Answer,
    failure: InteractionsError | None,
    job: Job | None = None,
) -> Flow[Reply]:
    """Keep the record of an answer, and its job with it, and return the reply.

    A store that cannot be written costs the chain, not the answer: that is logged
    and the reply, without a `key`, handed on. An answer with nothing in it is named in the log, and
    nothing is ever chained on it.
    """
    blank = failure is None and not says_something(answer.steps)
    if blank:
        logger.warning(
            "interaction %s ended as %r with neither text nor calls",
            answer.interaction.get("id") or "(unstored)",
            answer.interaction.get("status"),
            extra=log_fields("answer_empty", _known(run, plan, answer)),
        )
    _count_answer(run, plan, answer)
    try:
        record = yield from _keep(run, plan, answer, failure, job, is_blank=blank)
    except StoreError as error:
        count("unrecorded_answer")
        logger.exception(
            "interaction %s was answered but not recorded; the next turn replays",
            answer.interaction.get("id"),
            extra=log_fields(
                "answer_not_recorded", _known(run, plan, answer), error=error
            ),
            exc_info=bare_error(error),
        )
        record = None
    logger.debug(
        "interaction %s was answered: %s",
        answer.interaction.get("id") or "(unstored)",
        plan.reason,
        extra=log_fields("answered", _known(run, plan, answer), error=failure),
    )
    if record is None:
        return _reply(run, plan, answer, None)
    if failure is None:
        yield from remember_form(run, plan)
    anchor = None if blank else (yield from _remembered(run, anchor_of(run, record)))
    return replace(_reply(run, plan, answer, anchor), key=record.key)


def _count_answer(run: TurnContext, plan: Plan, answer: Answer) -> None:
    """Count an answer that is not counted yet, and a replay where it is of one."""
    if answer.interaction.get("id") not in {None, "", *run.tally.answered}:
        # An earlier process has read it, and kept it with its job.
        note_answer(run.tally, answer.interaction)
    is_edited = plan.reason == "root" and is_sent_again(plan, run.turn)
    if plan.reason in REPLAYS or is_edited:
        count("replay", plan.reason)


def _known(run: TurnContext, plan: Plan, answer: Answer) -> Known:
    """Return what a log record says of an answer."""
    interaction: Mapping[str, Json] = answer.interaction
    return {
        **run.known,
        "id": str(interaction.get("id") or ""),
        "reason": plan.reason,
        "status": str(interaction.get("status") or ""),
    }


def _keep(
    run: TurnContext,
    plan: Plan,
    answer: Answer,
    failure: InteractionsError | None,
    job: Job | None,
    *,
    is_blank: bool,
) -> Flow[InteractionRecord | None]:
    """Keep record and entry; return nothing if the thread was deleted meanwhile."""
    records, store = run.records, run.records.store
    yield from leave_loop()
    yield from note_retention(run, plan)
    limit = yield from known_retention(run)
    sent_bytes = wire_size(plan.steps)
    record = make_record(run, plan, answer, sent_bytes, limit)
    entry = make_entry(record, plan, run, sent_bytes, hops=answer.hops)
    if isinstance(failure, UnknownStatusError):
        record = as_unsettled(record)
    elif is_blank or failure is not None:
        record = as_dead(record)
    sketch = make_sketch(run.turn, plan, () if record.gone else answer.steps)
    if job is None and (yield from _is_recorded(run, record)):
        return record
    hit(DeletionFailPoint.ANSWERED)

    def keep() -> bool:
        # With the store's work: the first look at prices takes long.
        run.tally.entry = paid = priced_entry(entry, current_prices())
        label = run.turn.label
        began = records.began
        return store.put(record, paid, began=began, sketch=sketch, job=job, label=label)

    kept = yield from store_call(keep)
    if kept:
        return record
    hit(DeletionFailPoint.LATE)
    logger.warning(
        "interaction %s is not recorded, its thread was deleted meanwhile",
        answer.interaction.get("id"),
        extra=log_fields("thread_deleted_meanwhile", _known(run, plan, answer)),
    )
    return None


def record_unfinished(
    run: TurnContext, plan: Plan, error: InteractionsError
) -> Flow[None]:
    """Enter what was, or may have been, billed for what never was a whole answer."""
    answered = [*run.tally.answered.values()]
    if run.tally.own == Usage() or not answered:
        yield from note_lost_tries(run)
        return
    name = answered[-1].interaction_id if run.turn.store else ""
    status = error.status if isinstance(error, OutcomeError) else "failed"
    yield from record_turn(run, plan, Answer({"id": name, "status": status}, ()), error)


def _is_recorded(run: TurnContext, record: InteractionRecord) -> Flow[bool]:
    """Tell whether another process has recorded, and counted, this answer."""
    if not run.turn.background:
        return False
    store = run.records.store
    known = yield from store_call(lambda: store.get(record.scope, record.key))
    return known is not None


def anchor_of(run: TurnContext, record: InteractionRecord) -> Anchor | None:
    """Return what a message may carry to be recognised; `None` if nothing is stored."""
    if not record.stored:
        return None
    digest = reduce(fold, record.form.marks, record.request_digest)
    anchor = Anchor(
        interaction_id=record.key,
        digest=digest.hex(),
        expires_at=record.ends_at,
    )
    signers = run.records.signers
    return signed(anchor, signers[0].scope, signers[0].key) if signers else anchor


def _remembered(run: TurnContext, anchor: Anchor | None) -> Flow[Anchor | None]:
    """Keep the name that an anchor is signed for, if that goes when the key does.

    The keys that come later then believe it.
    """
    if anchor is None or not anchor.mac:
        return anchor
    owner, name = run.records.scope.credential, run.records.signers[0].scope.credential
    store = run.records.store
    if is_fingerprint(name):
        try:
            yield from store_call(lambda: store.keep_anchor_name(owner, name))
        except StoreError as error:
            logger.warning(
                "anchors of this key will not outlive it: %s",
                shown_error(error),
                extra=log_fields("anchor_not_kept", run.known, error=error),
            )
    return anchor


def _reply(
    run: TurnContext, plan: Plan, answer: Answer, anchor: Anchor | None
) -> Reply:
    interaction: Mapping[str, Json] = answer.interaction
    interaction_id = str(interaction.get("id") or "")
    return Reply(
        interaction_id=interaction_id,
        previous_interaction_id=plan.previous_interaction_id,
        reason=plan.reason,
        status=str(interaction.get("status")),
        steps=answer.steps,
        usage=run.tally.spent,
        interaction=without_settings(interaction),
        anchor=anchor,
        recovered=list_recovered(run.tally, plan),
        sent=tuple(plan.steps),
        separate_id=run.tally.separate_id,
        job=run.tally.job,
        note=note_of(run.turn, interaction_id, answer.steps),
        own_names=run.turn.own_names,
    )
