"""Walks from an interaction up to the root of its chain."""

from collections.abc import Iterable

from interactions_emulator.base.payloads import Step
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.stores import Store


def lineage(store: Store, record: Interaction) -> list[Interaction]:
    """Return the interaction and its ancestors, oldest first.

    It stops below a deleted ancestor: then the first one still names a parent.
    """
    chain = [record]
    while chain[-1].parent is not None:
        parent = store.get(chain[-1].parent)
        if parent is None:
            break
        chain.append(parent)
    return chain[::-1]


def context_of(chain: Iterable[Interaction]) -> list[Step]:
    """Return the steps of a chain, oldest first: inputs, thoughts, answers."""
    return [step for one in chain for step in (*one.input, *one.steps)]
