"""What a session store remembers of forms that a service takes.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Sequence
from typing import Protocol

from interactions_core.records.forms import KnownForm


class FormStore(Protocol):
    """Remembers, for all who share the store, in which form requests were answered.

    Nothing of what was said is in it. Every method may be called from any thread and
    any process. A method either does all of its work or raises `StoreError` and does
    none of it.
    """

    def list_forms(self) -> list[KnownForm]:
        """Return what is remembered, newest first, also what is out of date."""
        ...

    def keep_forms(self, forms: Sequence[KnownForm]) -> None:
        """Remember forms, one for each feature, and forget those out of date.

        A form takes the place of the one that is known for its feature.
        """
        ...

    def clear_forms(self) -> int:
        """Forget all forms.

        Returns:
            How many there were.
        """
        ...
