"""Whether a store has anything new, asked every two seconds and so in few reads."""

import hashlib
from dataclasses import astuple

from interactions_core.page.reading import View
from interactions_core.records.conversations import ConversationFilter
from interactions_core.records.jobs import UNFINISHED, state_of


def version_of(view: View) -> str:
    """Name what a store holds now; another name means that something has changed."""
    where = ConversationFilter(session_id=view.tenant)
    listed = view.store.list_conversations(where, limit=1, count_known=False)
    newest = [(told.id, told.last_at, told.last) for told in listed.found]
    jobs = [
        (job.key, job.status, state_of(job, view.now), job.updated_at)
        for job in view.store.list_jobs(statuses=UNFINISHED)
        if view.tenant in {None, job.scope.session_id}
    ]
    told = repr((listed.matching, astuple(listed.total), newest, jobs))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
