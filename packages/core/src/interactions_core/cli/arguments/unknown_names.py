"""What is said of a name that nothing goes by, or several do: what may be meant."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Final

import click

from interactions_core.cli.printing.output import shown
from interactions_core.near_names import asked_back, near_names
from interactions_core.records.conversations import Conversation, ConversationFilter
from interactions_core.stores import SessionStore
from interactions_core.stores.protocols.names import LEAST_END

_LOOKED_AT: Final = 1_000
"""Names at most of which one may have been meant."""
_NAMED: Final = 5
_BEGUN: Final = 3
"""Characters of the beginning of a name that are believed."""
_LIST: Final = "interactions sessions list"
_SHOW: Final = "interactions sessions show"
EMPTY: Final = "nothing is recorded here yet; is it the store of your program?"


class UnknownSessionError(click.ClickException):
    """No conversation goes by a name, or several do.

    Args:
        name: What was typed.
        found: Those that go by it.
        tenant: Of whom it was looked for; `None` for all.
        hint: What may be meant, where there is none.
    """

    def __init__(
        self,
        name: str,
        found: Sequence[str] = (),
        tenant: str | None = None,
        *,
        hint: str = "",
    ) -> None:
        whose = f" of tenant '{shown(tenant)}'" if tenant is not None else ""
        said = f"no thread or interaction{whose} goes by '{shown(name)}'; {hint}"
        if found:
            some = shown(_some(found))
            said = f"{len(found):,} go by '{shown(name)}'; write more of it: {some}"
        super().__init__(said)


def unknown_session(
    store: SessionStore, name: str, tenant: str | None
) -> UnknownSessionError:
    """Return what is raised for a name that no conversation goes by."""
    hint = (
        _of_tenant(store, name, tenant) if tenant is not None else _of_all(store, name)
    )
    return UnknownSessionError(name, tenant=tenant, hint=hint)


def several_tenants(name: str, found: Sequence[Conversation]) -> click.ClickException:
    """Return what is raised where only one of several tenants' threads can be meant."""
    tenants = [each.id.scope.session_id for each in found]
    named = [f"'{shown(each)}'" if each else "no tenant" for each in tenants]
    said = f"{len(found)} threads go by '{shown(name)}', of {_some(named)}"
    return click.ClickException(f"{said}; --tenant chooses")


def interaction_hint(store: SessionStore, name: str, found: Sequence[str] = ()) -> str:
    """Say which interaction may be meant; "" where nobody knows.

    Args:
        store: Where it is looked for.
        name: What was typed.
        found: Those that go by it.
    """
    if found:
        return f"write more of it: {_some(found)}"
    if _is_empty(store):
        return EMPTY
    if name and name in store.threads_named(name, limit=1):
        shows = f"{_SHOW} {shlex.quote(name)} --long"
        return f"a thread does, and `{shows}` prints what was asked in it"
    return asked_back(near_names(name, _keys_like(store, name)))


def say_unmatched(
    store: SessionStore,
    *,
    thread: str | None = None,
    tenant: str | None = None,
    model: str | None = None,
) -> None:
    """Say on stderr which filters of a list let nothing through, and what may be meant.

    Nothing is said of those that let something through by themselves.
    """
    if _is_empty(store):
        return
    if tenant is not None and not _has(store, ConversationFilter(session_id=tenant)):
        hint = _choice(tenant, _tenants(store))
        click.echo(f"no tenant is called '{shown(tenant)}'; {hint}", err=True)
    if thread is not None and thread not in store.threads_named(thread, limit=1):
        hint = _of_all(store, thread)
        click.echo(f"no thread is called '{shown(thread)}'; {hint}", err=True)
    if model is not None and not _has(store, ConversationFilter(model=model)):
        hint = _choice(model, _models(store))
        said = f"no model or agent has '{shown(model)}' in its name"
        click.echo(f"{said}; {hint}", err=True)


def _of_all(store: SessionStore, name: str) -> str:
    """Say which conversation may be meant, or what names them."""
    if _is_empty(store):
        return EMPTY
    known = [
        *store.threads_named(name[:_BEGUN], limit=_LOOKED_AT),
        *store.threads_named("", limit=_LOOKED_AT),
        *_keys_like(store, name),
    ]
    return _asked(name, known) or f"`{_LIST}` names them"


def _of_tenant(store: SessionStore, name: str, tenant: str) -> str:
    """Say which conversation of a tenant may be meant; those of others are not named."""
    found = _listed(store, ConversationFilter(session_id=tenant))
    if not found:
        return f"no tenant is called so; {_choice(tenant, _tenants(store))}"
    listed = f"`{_LIST} --tenant {shown(shlex.quote(tenant))}` names them"
    return _asked(name, [each.id.name for each in found]) or listed


def _asked(name: str, known: Iterable[str]) -> str:
    return asked_back([shown(each) for each in near_names(name, known)])


def _choice(name: str, known: Iterable[str]) -> str:
    """Say which of a few names may be meant, or which there are."""
    names = sorted({shown(each) for each in known if each})
    there = f"there are {_some(names)}" if names else "there is none"
    return asked_back(near_names(name, names)) or there


def _some(names: Sequence[str]) -> str:
    """Name the first of some, and whether there are more."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _keys_like(store: SessionStore, name: str) -> list[str]:
    """Return interactions that begin with the first half of a name, or end as it does."""
    begun = name[: max(_BEGUN, len(name) // 2)]
    ends = store.keys_named(name[-LEAST_END:], limit=_NAMED) if name else ()
    return [*store.keys_named(begun, limit=_LOOKED_AT), *ends]


def _tenants(store: SessionStore) -> set[str]:
    return {each.id.scope.session_id for each in _listed(store, ConversationFilter())}


def _models(store: SessionStore) -> set[str]:
    targets = (t for e in _listed(store, ConversationFilter()) for t in e.targets)
    return {target.partition(":")[2] or target for target in targets}


def _has(store: SessionStore, where: ConversationFilter) -> bool:
    return bool(_listed(store, where, limit=1))


def _listed(
    store: SessionStore, where: ConversationFilter, limit: int = _LOOKED_AT
) -> tuple[Conversation, ...]:
    return store.list_conversations(where, limit=limit, count_known=False).found


def _is_empty(store: SessionStore) -> bool:
    return not (store.newest_key() or _has(store, ConversationFilter()))
