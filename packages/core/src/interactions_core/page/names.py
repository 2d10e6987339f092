"""Which conversation the page means by a name of 12 characters."""

from collections.abc import Iterable

from interactions_core.page.index import name_of
from interactions_core.page.reading import View
from interactions_core.process.forking import Lock
from interactions_core.records.conversations import Conversation, ConversationId


class Names:
    """The names that a server has told, so that one conversation is read by itself.

    Any thread may use it.
    """

    def __init__(self) -> None:
        self._known: dict[str, ConversationId] = {}
        self._lock = Lock()

    def learn(self, found: Iterable[Conversation]) -> None:
        """Keep the names of conversations that are about to be told."""
        named = {name_of(told.id): told.id for told in found}
        with self._lock:
            self._known |= named

    def find(self, view: View, name: str) -> ConversationId | None:
        """Return the conversation of a name; one never told is looked for once."""
        if name not in self._known:
            self.learn(view.conversations())
        found = self._known.get(name)
        is_shown = found and view.tenant in {None, found.scope.session_id}
        return found if is_shown else None
