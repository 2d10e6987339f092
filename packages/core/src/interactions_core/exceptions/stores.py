"""What a session store cannot do, and what it does not know."""

from interactions_core.exceptions.catch_all import InteractionsError


class StoreError(InteractionsError):
    """A session store cannot be read or written.

    Attributes:
        store: Where the store lives, without any password.
        advice: What to do.
        retryable: Whether the same may work later without anybody's doing: nobody
            answered, the server is starting or full, somebody else held a lock.
    """

    def __init__(
        self, store: str, problem: str, advice: str, *, retryable: bool = False
    ) -> None:
        super().__init__(f"session store {store}: {problem}. {advice}")
        self.store = store
        self.advice = advice
        self.retryable = retryable


class StoreSchemaError(StoreError):
    """A newer version of these packages has changed the store too far for this one.

    Attributes:
        part: Whose tables these are.
        found: The schema version in the store.
        supported: The newest schema version that this code knows.
        needs: The oldest one that a program has to know; `None` if the store does not
            say, which is then `found`.
    """

    def __init__(
        self,
        store: str,
        part: str,
        *,
        found: int,
        supported: int,
        needs: int | None = None,
    ) -> None:
        wanted = "" if needs is None else f" and take a program that knows {needs}"
        super().__init__(
            store,
            f"its {part!r} tables have schema version {found}{wanted}, "
            f"this version reads up to {supported}",
            "Upgrade the interactions packages, or point them at another store; "
            "nothing was changed.",
        )
        self.part = part
        self.found = found
        self.supported = supported
        self.needs = needs


class UnknownInteractionError(InteractionsError, LookupError):
    """The session store has no record of an interaction, or several go by that name.

    Attributes:
        name: What was asked for.
    """

    def __init__(self, name: str, found: int = 0, *, hint: str = "") -> None:
        number = f"{found} interactions go" if found else "no interaction goes"
        usual = (
            "one is named by its whole id, and on the command line by its beginning or "
            "its last 6 characters; `interactions sessions show THREAD --long` prints "
            "those of a thread"
        )
        super().__init__(
            f"{number} by the name {name!r} in this session store; {hint or usual}"
        )
        self.name = name


class UnknownJobError(InteractionsError, LookupError):
    """No job, or more than one, goes by that name.

    Attributes:
        name: What was asked for.
    """

    def __init__(self, name: str, found: int = 0, *, hint: str = "") -> None:
        number = f"{found} jobs go" if found else "no job goes"
        usual = (
            "a job is named by its key, its interaction, the beginning of either, or its "
            "thread, as `interactions jobs list --all --long` prints them"
        )
        super().__init__(f"{number} by the name {name!r}; {hint or usual}")
        self.name = name
