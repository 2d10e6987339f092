"""What is meant by a name that somebody types."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

import click

from interactions_core.cli.arguments.unknown_names import (
    UnknownSessionError,
    interaction_hint,
    several_tenants,
    unknown_session,
)
from interactions_core.cli.printing.names import jobs_hint
from interactions_core.cli.printing.output import shown
from interactions_core.exceptions import UnknownInteractionError
from interactions_core.records.conversations import (
    Conversation,
    ConversationFilter,
    ConversationId,
)
from interactions_core.records.interactions import InteractionRecord
from interactions_core.stores import SessionStore
from interactions_core.stores.protocols.names import LEAST_END

NEWEST: Final = "last"
_COUNTED: Final = 1_000
"""Interactions that are counted at most where a name is not enough."""
_PRINTED: Final = re.compile(r"\(.*\) (\S+)")
"""How lists name a conversation without a thread; the id is what counts."""


def find_interaction(store: SessionStore, name: str) -> str:
    """Return the interaction that has an id, alone begins with it, or alone ends so.

    `last` is the newest. A conversation without a thread, named as lists print it,
    stands for its newest.

    Raises:
        UnknownInteractionError: There is none, or more than one.
        UnknownSessionError: There is no such conversation.
    """
    if _PRINTED.fullmatch(name):
        newest = find_conversation(store, name).conversation.last
        return newest or _raise_unknown(store, name)
    found = interactions_named(store, name)
    if len(found) != 1:
        hint = interaction_hint(store, name, found)
        raise UnknownInteractionError(name, len(found), hint=hint)
    return found[0]


def interactions_named(
    store: SessionStore, name: str, tenant: str | None = None
) -> Sequence[str]:
    """Return all interactions that a name may mean, only of a session if one is given."""
    if name and store.locate(name):
        return _those_of(store, [name], tenant)
    if name == NEWEST:
        return [key for key in (store.newest_key(session_id=tenant),) if key]
    return _those_of(store, store.keys_named(name, limit=_COUNTED), tenant)


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody has named.

    Attributes:
        conversation: The conversation.
        key: The interaction of it that was named; "" for the whole.
        others: Further conversations of that name, older ones.
    """

    conversation: Conversation
    key: str = ""
    others: tuple[Conversation, ...] = ()


def find_conversation(
    store: SessionStore, name: str, *, tenant: str | None = None
) -> Named:
    """Return the conversation that a name means: a thread, or an interaction of it.

    Of an id the beginning suffices, or the last characters; of a thread the beginning,
    if nothing else is called so. `last` is the newest.

    Args:
        store: Where it is.
        name: What was typed.
        tenant: Only of this session; `None` for all.

    Raises:
        UnknownSessionError: There is none, or more than one.
    """
    where = ConversationFilter(session_id=tenant, now=time.time())
    if name == NEWEST:
        found = _list(store, where, limit=1)
        return _chosen(store, found, name, tenant)
    # By its thread it is found without a look at all others.
    found = _list(store, replace(where, thread_id=name)) if name else ()
    if found:
        return _chosen(store, found, name, tenant)
    if printed := _PRINTED.fullmatch(name):
        return find_conversation(store, printed[1], tenant=tenant)
    keys = interactions_named(store, name, tenant)
    if not keys:
        return _begun_so(store, name, where)
    if len(keys) > 1:
        raise UnknownSessionError(name, keys, tenant)
    those = _conversations_of(store, keys[0], where)
    # Where there is no thread, the first interaction is the name of the whole.
    is_whole = any(each.id.root == keys[0] for each in those)
    return _chosen(store, those, name, tenant, "" if is_whole else keys[0])


def _those_of(
    store: SessionStore, keys: Sequence[str], tenant: str | None
) -> Sequence[str]:
    """Return the interactions that a session has; all where none is asked for."""
    if tenant is None:
        return keys
    return [k for k in keys if any(s.session_id == tenant for s in store.locate(k))]


def _begun_so(store: SessionStore, name: str, where: ConversationFilter) -> Named:
    """Return the only job without a thread or answer of a name, or such a thread."""
    jobs = {*_jobs_named(store, name)}
    found = _list(store, replace(where, names=[*jobs]))
    if not found and name:
        threads = store.threads_named(name, limit=_COUNTED)
        if len(threads) > 1 and where.session_id is None:
            raise UnknownSessionError(name, threads)
        found = _list(store, replace(where, names=threads))
    names = sorted({each.id.name for each in found})
    if len(names) > 1:
        raise UnknownSessionError(name, names, where.session_id)
    return _chosen(store, found, name, where.session_id)


def _jobs_named(store: SessionStore, name: str) -> Iterator[str]:
    """Yield jobs and runs without a thread that begin with a name, or end so."""
    for job in store.list_jobs():
        for key in (job.interaction_id, job.key):
            is_end = len(name) >= LEAST_END and key.endswith(name)
            if name and not job.scope.thread_id and (key.startswith(name) or is_end):
                yield key


def _conversations_of(
    store: SessionStore, key: str, where: ConversationFilter
) -> list[Conversation]:
    """Return the conversations that have an interaction, the newest first."""
    scopes = store.locate(key)
    ids = {found for s in scopes if (found := store.conversation_of(s, key))}
    listed = [each for found in ids for each in _listed(store, found, where)]
    return sorted(listed, key=lambda each: -each.last_at)


def _listed(
    store: SessionStore, found: ConversationId, where: ConversationFilter
) -> list[Conversation]:
    """Return a conversation with its sums, if it passes."""
    if where.session_id not in {None, found.scope.session_id}:
        return []
    own = replace(
        where,
        session_id=found.scope.session_id,
        thread_id=found.scope.thread_id,
        names=(found.name,),
    )
    return [each for each in _list(store, own) if each.id == found]


def _list(
    store: SessionStore, where: ConversationFilter, limit: int | None = None
) -> tuple[Conversation, ...]:
    """List conversations, whatever else there is."""
    return store.list_conversations(where, limit=limit, count_known=False).found


def named(store: SessionStore, name: str, tenant: str | None = None) -> Named:
    """Find a conversation, and say on stderr where others have its name.

    Args:
        store: Where it is.
        name: What was typed.
        tenant: Only of this session; `None` for all.

    Raises:
        UnknownSessionError: There is none, or more than one.
    """
    found = find_conversation(store, name, tenant=tenant)
    if found.others:
        whose = found.conversation.id.scope.session_id
        said = f"of tenant '{shown(whose)}'" if whose else "of no tenant"
        click.echo(
            f"{len(found.others) + 1} conversations have this name; this is the newest, "
            f"{said}. --tenant chooses.",
            err=True,
        )
    return found


def _chosen(
    store: SessionStore,
    found: Sequence[Conversation],
    name: str,
    tenant: str | None,
    key: str = "",
) -> Named:
    if not found:
        raise unknown_session(store, name, tenant)
    return Named(found[0], key, tuple(found[1:]))


def find_record(
    store: SessionStore, name: str, tenant: str | None = None
) -> InteractionRecord:
    """Return the record of an interaction, of the oldest thread that has it.

    Args:
        store: Where it is.
        name: What was typed.
        tenant: Only of this session; `None` for all.

    Raises:
        UnknownInteractionError: There is none, or more than one interaction.
    """
    key = find_interaction(store, name)
    for scope in store.locate(key):
        if tenant in {None, scope.session_id} and (record := store.get(scope, key)):
            return record
    return _raise_unknown(store, name)


def find_turn(
    store: SessionStore, name: str, tenant: str | None = None
) -> InteractionRecord:
    """Return the record of an interaction, or of the newest turn of a thread.

    Args:
        store: Where it is.
        name: What was typed; of the thread as `find_conversation` takes it.
        tenant: Only of this session; `None` for all.

    Raises:
        click.ClickException: There is none, or more than one, or nothing was answered
            in it.
    """
    keys = interactions_named(store, name, tenant)
    if len(keys) == 1:
        return find_record(store, keys[0], tenant)
    found = find_conversation(store, name, tenant=tenant)
    if found.others:
        raise several_tenants(name, [found.conversation, *found.others])
    key = found.key or found.conversation.last
    if not key:
        raise unanswered(found.conversation.id, name)
    record = store.get(found.conversation.id.scope, key)
    return record or _raise_unknown(store, name)


def unanswered(conversation: ConversationId, name: str) -> click.ClickException:
    """Return what is raised for a turn of a conversation in which there is none yet."""
    hint = shown(jobs_hint(conversation))
    return click.ClickException(f"nothing was answered in '{shown(name)}' yet; {hint}")


def _raise_unknown(store: SessionStore, name: str) -> NoReturn:
    raise UnknownInteractionError(name, hint=interaction_hint(store, name))
