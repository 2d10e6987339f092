"""What a session store finds by words.

Holds the contract only. The same objects keep the sessions; see `protocols`. How words
are compared is in `transcript.words`, what a query is in `records.inspection.queries`.
"""

from typing import Protocol

from interactions_core.records.inspection.searches import DEFAULT_LIMIT, SearchResult


class SearchStore(Protocol):
    """Finds interactions by what was said in them, and by names.

    The index is built beside the turns, which neither write it nor wait for it: a store
    that nobody searches has none. Every method may be called from any thread and any
    process.
    """

    def index_texts(self, limit: int = 200) -> int:
        """Index some interactions that are not, or were recorded anew since.

        In short transactions of its own. Whoever is about to search calls it as
        long as `services.index_keeper.index_all` does; processes may do so at once, and
        none does what another has done. What has no content is noted as such, so that
        it is not looked at again.

        Args:
            limit: How many at most; fewer where they are long.

        Returns:
            How many were indexed; 0 when nothing is left, and where there is no index:
            in memory, in a store that is only read, or in SQLite without FTS5.
        """
        ...

    def has_index(self) -> bool:
        """Tell whether somebody has searched here, so that the index is kept up."""
        ...

    def search(
        self,
        text: str,
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> SearchResult:
        """Find interactions; only reads.

        What the index does not hold is read one by one, the newest first, as far as
        that is short; the result says what was not looked at. Names are those of
        threads, sessions, interactions and targets: the whole name, its beginning, or
        six and more characters of its end.

        Args:
            text: Words, all of which have to be there. `"In quotes"` word for word; a
                `*` at the end of a word for any rest. No text is an error; without a
                word or name nothing is found.
            session_id: Only those of this session; `None` for all.
            thread_id: Only those of this thread; `None` for all.
            limit: How many hits by name, and how many by what was said, at most.
        """
        ...
