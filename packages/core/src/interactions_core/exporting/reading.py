"""Read conversations from a store: which there are, their branches, what was said."""

from collections.abc import Iterator
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.exporting.branches import Branch, branch_to, by_key, list_ends
from interactions_core.exporting.contexts import Context, context_of, with_own_names
from interactions_core.exporting.losses import Loss
from interactions_core.records.conversations import (
    Conversation,
    ConversationFilter,
    ConversationId,
)
from interactions_core.records.interactions import Scope
from interactions_core.records.mirror import is_redacted
from interactions_core.records.outlines import Outline
from interactions_core.stores.protocols.sessions import SessionStore

_PART: Final = 200
"""Conversations that are listed at a time."""


def list_conversations(
    store: SessionStore, where: ConversationFilter
) -> Iterator[Conversation]:
    """Yield conversations that have an answer, the newest first."""
    after = None
    while True:
        part = store.list_conversations(
            where, after=after, limit=_PART, count_known=False
        )
        yield from (found for found in part.found if found.records)
        if part.after is None:
            return
        after = part.after


def list_branches(store: SessionStore, conversation: ConversationId) -> list[Branch]:
    """Return the branches of a conversation without content, the newest first."""
    records = [found.record for found in store.records(conversation)]
    known = by_key(records)
    return [branch_to(end, known) for end in list_ends(records)]


def branch_of(store: SessionStore, scope: Scope, key: str) -> Branch | None:
    """Return what leads to one answer, without content; `None` if nobody knows it."""
    conversation = store.conversation_of(scope, key)
    if conversation is None:
        return None
    known = by_key(found.record for found in store.records(conversation))
    return branch_to(known[key], known) if key in known else None


def read_context(store: SessionStore, branch: Branch) -> Context:
    """Read what was said in a branch.

    Raises:
        StoreError: Of a turn in it lengths and signatures were kept, and no content, or
            of no turn anything.
    """
    scope, keys = branch.last.scope, [record.key for record in branch.records]
    found = store.contents(scope, keys)
    if any(is_redacted(content.held) for content in found.values()):
        raise StoreError(
            store.url,
            f"of the conversation that ends with {branch.last.key} only lengths and "
            'signatures were kept (mirror="signatures"), and no content',
            "Export it where the framework keeps its messages.",
        )
    contents = [found[key] for key in keys if key in found]
    if contents and not any(each.sent or each.held for each in contents):
        raise StoreError(
            store.url,
            f"nothing is kept of what was said up to {branch.last.key}, as in a copy "
            "without content",
            "Export it from the store itself.",
        )
    outline = store.find_outline(scope, branch.last.key)
    results = branch.last.local_results
    context = context_of(contents, results, _losses(branch, outline))
    if outline is None:
        return context
    marks = {shape.mark for shape in outline.shapes}
    return with_own_names(context, marks, store.secret())


def _losses(branch: Branch, outline: Outline | None) -> Iterator[Loss]:
    """Name what came before, and the instruction unless there is known to be none."""
    last = branch.last.key
    if not branch.is_whole:
        yield Loss("earlier_turns", f"before {branch.records[0].key}")
    if outline is None:
        yield Loss("system_instruction", last, "whether there was one is unknown")
    elif outline.system is not None:
        size = outline.system.size
        said = f"one of {size} bytes was given with the last turn" if size else ""
        yield Loss("system_instruction", last, said)
