"""What a session store knows of what stood before the list of each request.

Holds the contract only. The same objects keep the sessions; see `protocols`. Setups are
written with their records, by `put`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from interactions_core.records.interactions import Scope
from interactions_core.records.setups import Setup


class SetupStore(Protocol):
    """Tells afterwards which part of a setup changed.

    The method may be called from any thread and any process, and only reads.
    """

    def find_setups(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, Setup]:
        """Return what is known of the setups of these records; of no other scope."""
        ...
