"""Answers of the API that cannot be handed on."""

from collections.abc import Iterable

from interactions_core.exceptions.catch_all import InteractionsError


class OutcomeError(InteractionsError):
    """The API answered, but with nothing that can be handed on.

    Attributes:
        interaction_id: The interaction in question; "" if it was not stored.
        status: Its status, verbatim.
        blocked_by: The code of the policy that kept the answer back; "" for none.
    """

    blocked_by: str = ""

    def __init__(self, interaction_id: str, status: str, explanation: str) -> None:
        name = f"interaction {interaction_id}" if interaction_id else "an unstored one"
        ended = f"ended as {status!r}" if status else "does not say how it ended"
        super().__init__(f"{name} {ended}: {explanation}")
        self.interaction_id = interaction_id
        self.status = status


class JobFailedError(OutcomeError):
    """The run ended as `failed` or `budget_exceeded`."""


class JobCancelledError(OutcomeError):
    """The run was cancelled."""


class UnknownStatusError(OutcomeError):
    """The status is not one that this version knows; nothing was recorded."""


class InterruptedStreamError(OutcomeError):
    """An answer broke off, and what is stored of it cannot be handed on instead.

    Either it is not known what becomes of it, or it is not what had been shown.

    Attributes:
        steps: What had arrived, as wire steps.
        is_kept: Whether the stored answer is recorded, and given to whoever asks the
            same again.
    """

    is_kept = False

    def __init__(
        self, interaction_id: str, explanation: str, steps: tuple[object, ...] = ()
    ) -> None:
        super().__init__(interaction_id, "in_progress", explanation)
        name = interaction_id or "an unstored interaction"
        self.args = (f"the stream of {name} broke off: {explanation}",)
        self.steps = steps


class EmptyReplyError(OutcomeError):
    """The interaction ended without text, calls or media."""


class CutOffError(OutcomeError):
    """The answer was cut at the output limit, and what there is of it is no object."""

    def __init__(self, interaction_id: str, status: str) -> None:
        explanation = (
            "its JSON was cut at the output limit before it was whole; raise "
            "max_output_tokens, or ask for less"
        )
        super().__init__(interaction_id, status, explanation)


class UndeclaredCallError(OutcomeError):
    """The model calls a function where none was declared, and says nothing else.

    Attributes:
        names: The functions.
    """

    def __init__(self, interaction_id: str, status: str, names: Iterable[str]) -> None:
        self.names = tuple(names)
        wanted = ", ".join(self.names)
        explanation = (
            f"it calls {wanted} instead of answering, and the call declared no "
            "function; declare it, or ask for an answer in words"
        )
        super().__init__(interaction_id, status, explanation)


class DeadlineExceededError(OutcomeError):
    """A background run took longer than its deadline; it was asked to stop.

    Attributes:
        deadline_s: What was allowed, in seconds.
    """

    def __init__(self, interaction_id: str, deadline_s: float) -> None:
        super().__init__(interaction_id, "in_progress", "")
        message = (
            f"interaction {interaction_id} was not done after {deadline_s:g} s and was "
            "cancelled; raise deadline_s, or read what there is of it by its id"
        )
        self.args = (message,)
        self.deadline_s = deadline_s


class JobTakenOverError(OutcomeError):
    """Another process waits for the run, because this one was silent for too long."""

    def __init__(self, interaction_id: str, status: str) -> None:
        super().__init__(interaction_id, status, "")
        message = (
            f"another process has taken over the wait for interaction "
            f"{interaction_id}: this one had not renewed its lease; the answer will "
            "be there, and asking again here waits for it"
        )
        self.args = (message,)
