"""Known forms in this process, gone with it."""

from collections.abc import Sequence

from interactions_core.process.forking import Lock
from interactions_core.records.forms import LIFE_S, KnownForm


class MemoryFormMixin:
    """The methods about forms of a store in memory; one lock, held briefly."""

    _lock: Lock

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[tuple[str, str, str, str], KnownForm] = {}

    def list_forms(self) -> list[KnownForm]:
        """Return what is remembered, newest first."""
        with self._lock:
            found = sorted(self._forms.values(), key=lambda form: form.feature)
        return sorted(found, key=lambda form: form.answered_at, reverse=True)

    def keep_forms(self, forms: Sequence[KnownForm]) -> None:
        """Remember forms, one for each feature, and forget those out of date."""
        with self._lock:
            for form in forms:
                place = (form.platform, form.api_version, form.target, form.feature)
                self._forms[place] = form
            oldest = max((form.answered_at for form in forms), default=0.0) - LIFE_S
            self._forms = {
                place: form
                for place, form in self._forms.items()
                if form.answered_at > oldest
            }

    def clear_forms(self) -> int:
        """Forget all forms."""
        with self._lock:
            cleared, self._forms = len(self._forms), {}
        return cleared
