"""Whether a store has anything new, asked every two seconds and so in few reads."""

import hashlib
from dataclasses import astuple

from interactions_core.page.reading import View
from interactions_core.records.conversations import ConversationFilter, ConversationList
from interactions_core.records.jobs.job import UNFINISHED, Job, state_of
from interactions_core.records.jobs.job_standing import trouble_of


def version_of(view: View) -> str:
    """Name what a store holds now; another name means that something has changed."""
    return versioned(view, 1)[0]


def versioned(view: View, limit: int) -> tuple[str, ConversationList]:
    """Return the same with so many of the newest conversations, which it reads."""
    where = ConversationFilter(session_id=view.tenant, now=view.now)
    listed = view.store.list_conversations(where, limit=limit, count_known=False)
    newest = [(told.id, told.last_at, told.last) for told in listed.found[:1]]
    jobs = [
        (job.key, job.status, job.updated_at, *_standing(job, view.now))
        for job in view.store.list_jobs(statuses=UNFINISHED)
        if view.tenant in {None, job.scope.session_id}
    ]
    told = repr((listed.matching, astuple(listed.total), newest, jobs))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16], listed


def _standing(job: Job, now: float) -> tuple[object, ...]:
    """Return what becomes another with time, or with looks, while a row stays."""
    failing = job.look.failing_since if job.look else 0.0
    return state_of(job, now), trouble_of(job, now), failing
