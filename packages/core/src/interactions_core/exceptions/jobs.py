"""Runs that a call cannot go on with, and deliveries that tell nothing of one."""

from collections.abc import Iterable

from interactions_core.exceptions.catch_all import InteractionsError


class LostSubmitError(InteractionsError):
    """Nobody knows whether a run exists; it may go on and be billed.

    Its create was sent and the answer lost, or the service has not known it until its
    deadline.

    Attributes:
        job_key: The key under which the job is kept.
        interaction_id: The run that the service does not know any more; "" if it never
            had a name.
    """

    def __init__(
        self, job_key: str, interaction_id: str = "", *, came: str = ""
    ) -> None:
        instead = f"; {came}" if came else ""
        what = (
            f"the run {interaction_id} (job {job_key}) was unknown to the service "
            "until its deadline: it may go on all the same and be billed"
            if interaction_id
            else f"the answer to a create was lost (job {job_key}{instead}): the run may "
            "exist on the server and be billed, and the API has no list call to find it"
        )
        super().__init__(
            f"{what}. Ask again, or have that done for you with "
            "on_lost_submit='resubmit'"
        )
        self.job_key = job_key
        self.interaction_id = interaction_id


class ChangedCallError(InteractionsError):
    """A run exists of this call as it was before it changed; it was left as it is.

    Attributes:
        job_key: The key under which its job is kept.
        interaction_id: The run.
        status: Its status, as it was last seen.
        changed: Names of what has changed.
    """

    def __init__(
        self, job_key: str, interaction_id: str, status: str, changed: Iterable[str]
    ) -> None:
        self.changed = tuple(changed)
        what = ", ".join(self.changed) or "its settings"
        super().__init__(
            f"the call has changed in {what} since the run {interaction_id} "
            f"(job {job_key}, {status}) was begun for it, and nothing was sent. Undo the "
            "change to go on with the run, or choose with on_changed_call: 'adopt' goes "
            "on where little has changed, 'resubmit' cancels it and begins another"
        )
        self.job_key = job_key
        self.interaction_id = interaction_id
        self.status = status


class WebhookRefusedError(InteractionsError):
    """A delivery is not from the API, or not from now; nothing was changed.

    Attributes:
        status: The HTTP status that says so: 401; 400 for one that cannot be read;
            503 where it cannot be judged just now, so that it comes again.
    """

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.status = status
