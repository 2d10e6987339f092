"""The errors of all packages, one tree, each saying what happened and what to do.

```
InteractionsError                catch-all
  ConfigurationError             an option is unknown, missing or contradicts another
    MissingPackageError          needs what is not installed (also ModuleNotFoundError)
    AccountConflictError         an account and a key own different sessions
  ForkedError                    what the parent had open is used in a forked child
  StoreError                     the local record cannot be read or written
    StoreSchemaError             written by a newer version
  RequestError                   the API refused, or could not be reached
    InvalidRequestError          400 and other refusals of the request itself
    AuthenticationError          401, 403, or a 400 that names the key
    NotFoundError                404
    RateLimitError               429
    ContextLengthError           the history is longer than the model takes
    ServiceError                 5xx and 409: worth trying again later
    NetworkError                 refused, reset or timed out; nobody answered
  OutcomeError                   the API answered, but not usefully
    JobFailedError               status `failed` or `budget_exceeded`
    JobCancelledError            status `cancelled`
    UnknownStatusError           a status that this version does not know
    InterruptedStreamError       an answer broke off that goes on, or was shown
    EmptyReplyError              completed without anything to hand on
    CutOffError                  cut at the output limit before it was whole
    UndeclaredCallError          a call of a function that nobody declared
    DeadlineExceededError        a background run took too long
    JobTakenOverError            another process waits for the run
  BudgetExceededError            a call might cost more than may be spent
  LostSubmitError                nobody knows whether a run exists
  ChangedCallError               a run exists of this call from before it changed
  UnknownJobError                no job goes by that name (also a LookupError)
  UnknownInteractionError        the store has no record of it (also a LookupError)
  WebhookRefusedError            a delivery is not from the API, or not from now
  UnsupportedContentError        a message part has no step (also a ValueError)
  EmptyTranscriptError           nothing to send (also a ValueError)
```

This module imports nothing of this package but the values of token counts.
"""

import difflib
from collections.abc import Callable, Iterable

from interactions_core.usage import Usage


class InteractionsError(Exception):
    """Base of every error that these packages raise for themselves.

    Pickles and copies keep message and attributes, whatever the constructor takes.

    Attributes:
        usage: What was answered, and so billed, before this was raised: the tokens of
            the answer that amounts to it, and of those that were given up before it.
    """

    usage = Usage()

    def __reduce__(
        self,
    ) -> (
        "tuple[Callable[..., InteractionsError], tuple[object, ...], dict[str, object]]"
    ):
        return _restored, (type(self), self.args), self.__dict__.copy()


class ConfigurationError(InteractionsError, ValueError):
    """An option is unknown, missing, or contradicts another one."""


class MissingPackageError(ConfigurationError, ModuleNotFoundError):
    """Something needs a package that is not installed.

    Attributes:
        name: The module that is missing.
        command: What installs it.
    """

    def __init__(self, what: str, *, name: str, command: str) -> None:
        super().__init__(f"{what} needs {name}, which is not installed; run: {command}")
        self.name = name
        self.command = command


class AccountConflictError(ConfigurationError):
    """Two owners have sessions of their own, and nobody said which ones count.

    Attributes:
        name: The key or account that was to be linked, as stores name it.
        owner: Whose sessions it was to own.
    """

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(
            f"{name} has sessions of its own in this store, and is to own those of "
            f"{owner}; they are not joined, and nothing was sent or changed. "
            "`interactions accounts list --sessions URL` shows both. "
            f"`interactions accounts link '{owner}' --name '{name}' --leave-rows "
            f"--sessions URL` has it go on with those of {owner}: its own stay where "
            "they are and count no more."
        )
        self.name = name
        self.owner = owner


class ForkedError(InteractionsError):
    """A forked child uses what its parent had open, and might read its answers.

    Attributes:
        what: What was used or begun.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(
            f"{what} before this process was forked, and stays with the parent. {advice}"
        )
        self.what = what


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


class RequestError(InteractionsError):
    """The API refused a request, or could not be reached.

    Attributes:
        status_code: The HTTP status; `None` when nobody answered.
        code: The API's own word for the error, e.g. `not_found`; "" if it gave none.
        api_message: The API's own sentence.
        retry_after_s: What `Retry-After` asked for, in seconds.
    """

    retryable = False

    def __init__(
        self,
        api_message: str,
        *,
        status_code: int | None = None,
        code: str = "",
        retry_after_s: float | None = None,
        advice: str = "",
    ) -> None:
        self.status_code = status_code
        self.code = code
        self.api_message = api_message
        self.retry_after_s = retry_after_s
        where = f"HTTP {status_code}" if status_code is not None else "no answer"
        label = f"{where} {code}".strip()
        said = f"{label}: {api_message}"
        super().__init__(f"{said.rstrip('.')}. {advice}" if advice else said)


class InvalidRequestError(RequestError):
    """The API refused the request itself; sending it again changes nothing."""


class AuthenticationError(RequestError):
    """The key or the credentials were refused."""


class NotFoundError(RequestError):
    """The API does not know what the request names: a model or an interaction."""


class RateLimitError(RequestError):
    """The API asks to slow down."""

    retryable = True


class ContextLengthError(RequestError):
    """The history is longer than the model's context window."""


class ServiceError(RequestError):
    """The service failed; the same request may work later."""

    retryable = True


class NetworkError(RequestError):
    """Nobody answered: connection refused, reset, or timed out.

    Attributes:
        sent: Whether the request may have reached the service.
        interaction_id: What it made, where what came of the answer says so; else "".
    """

    retryable = True

    def __init__(
        self,
        api_message: str,
        *,
        sent: bool,
        advice: str = "",
        interaction_id: str = "",
    ) -> None:
        super().__init__(api_message, advice=advice)
        self.sent = sent
        self.interaction_id = interaction_id


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
        super().__init__(f"{name} ended as {status!r}: {explanation}")
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


class UnknownJobError(InteractionsError, LookupError):
    """No job, or more than one, goes by that name.

    Attributes:
        name: What was asked for.
    """

    def __init__(self, name: str, found: int = 0) -> None:
        number = f"{found} jobs go" if found else "no job goes"
        super().__init__(
            f"{number} by the name {name!r}; a job is named by its key, its "
            "interaction, or the beginning of either"
        )
        self.name = name


class UnknownInteractionError(InteractionsError, LookupError):
    """The session store has no record of an interaction, or several go by that name.

    Attributes:
        name: What was asked for.
    """

    def __init__(self, name: str, found: int = 0) -> None:
        number = f"{found} interactions go" if found else "no interaction goes"
        super().__init__(
            f"{number} by the name {name!r} in this session store; one is named by its "
            "whole id, and on the command line by its beginning or its last 6 characters"
        )
        self.name = name


class WebhookRefusedError(InteractionsError):
    """A delivery is not from the API, or not from now; nothing was changed.

    Attributes:
        status: The HTTP status that says so: 401; 400 for one that cannot be read;
            503 where it cannot be judged just now, so that it comes again.
    """

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.status = status


class BudgetExceededError(InteractionsError):
    """A call might cost more than may be spent; it was not sent.

    Attributes:
        limit: Which limit: `max_cost`, `max_total_tokens` or `max_calls`.
        per: What the budget is for: a `call`, `thread`, `session` or `day`, or the
            `object` that asks.
        spent_usd: What was spent of it, in USD, as far as prices are known.
        spent_tokens: What was spent of it in tokens.
        calls: How many calls are under way that have something put aside.
        begins_at: When it begins anew, in epoch seconds; `None` for never.
    """

    def __init__(
        self,
        said: str,
        *,
        limit: str,
        per: str,
        spent_usd: float = 0.0,
        spent_tokens: int = 0,
        calls: int = 0,
        begins_at: float | None = None,
    ) -> None:
        super().__init__(said)
        self.limit = limit
        self.per = per
        self.spent_usd = spent_usd
        self.spent_tokens = spent_tokens
        self.calls = calls
        self.begins_at = begins_at


class LostSubmitError(InteractionsError):
    """Nobody knows whether a run exists; it may go on and be billed.

    Its create was sent and the answer lost, or the service has not known it until its
    deadline.

    Attributes:
        job_key: The key under which the job is kept.
        interaction_id: The run that the service does not know any more; "" if it never
            had a name.
    """

    def __init__(self, job_key: str, interaction_id: str = "") -> None:
        what = (
            f"the run {interaction_id} (job {job_key}) was unknown to the service "
            "until its deadline: it may go on all the same and be billed"
            if interaction_id
            else f"the answer to a create was lost (job {job_key}): the run may exist "
            "on the server and be billed, and the API has no list call to find it"
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


class UnsupportedContentError(InteractionsError, ValueError):
    """A message part has no counterpart in the API; nothing was sent."""


class EmptyTranscriptError(InteractionsError, ValueError):
    """There is no message to send; nothing was sent."""


def _restored(
    kind: type[InteractionsError], args: tuple[object, ...]
) -> InteractionsError:
    error = kind.__new__(kind)
    error.args = args
    return error


def unknown_option(owner: str, name: str, known: Iterable[str]) -> ConfigurationError:
    """Name the nearest known option, for a misspelt one."""
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(choices)}"
    return ConfigurationError(f"{owner} has no option {name!r}; {hint}")
