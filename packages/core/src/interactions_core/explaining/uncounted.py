"""What runs took of which the ledger knows nothing yet.

An answer is entered in the ledger by the turn that takes it, once. Until then what it
took is in no sum, and is told apart from what the store keeps of the run's end.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from interactions_core.records.charges import Pricing, charge_of
from interactions_core.records.conversations import ConversationId
from interactions_core.records.costs import Costs, costs_of
from interactions_core.records.interactions import LedgerEntry
from interactions_core.records.jobs.job import Job
from interactions_core.records.spending.entry_prices import priced_entry
from interactions_core.stores.protocols.sessions import SessionStore


def uncounted_costs(
    store: SessionStore, jobs: Iterable[Job], prices: Callable[[], Pricing]
) -> Costs:
    """Add up what runs took that have ended and whose end no call has had.

    Args:
        store: Where they are.
        jobs: Which jobs to look at; the others among them are passed over.
        prices: Returns what the answers are priced with; not called for nothing, since
            prices take long to load.

    Returns:
        Sums in which each run is a turn. Of one that only a webhook has told of, or
        that a store without content keeps, neither tokens nor cost is known.
    """
    ended = (job for job in jobs if job.is_unclaimed)
    return sum((_costs(store, job, prices) for job in ended), Costs())


def _costs(store: SessionStore, job: Job, prices: Callable[[], Pricing]) -> Costs:
    if store.get(job.scope, job.interaction_id) is not None:
        # It was counted, and whoever did so has died before the job said so.
        return Costs()
    kept = store.get_job(job.key)
    said = charge_of(kept.result if kept else {})
    kind, _, name = job.target.partition(":")
    # As the turn that takes the answer completes it.
    charge = replace(
        said,
        model=said.model or (name if kind == "model" else ""),
        asked_at=said.asked_at or job.created_at,
    )
    entry = LedgerEntry(
        key=job.interaction_id,
        target=job.target,
        reason="root",
        status=job.status,
        usage=charge.usage,
        created_at=job.created_at,
        charges=(charge,),
    )
    if charge.total_tokens is None:
        return costs_of(entry)
    return costs_of(priced_entry(entry, prices()))


def is_of(job: Job, name: ConversationId) -> bool:
    """Tell whether a job without a turn belongs to a conversation."""
    is_named = not name.root or name.root in {job.key, job.interaction_id}
    return job.scope == name.scope and is_named
