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
    NetworkError                 refused, reset or timed out, or no answer of the API's
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

A file of this room holds what is about one matter; who uses an error takes it from here,
and its home is here for tracebacks, traces and pickles too. The room imports nothing of
core but the values of token counts.
"""

from interactions_core.exceptions.catch_all import InteractionsError
from interactions_core.exceptions.catch_all import (
    _restored as _restored,  # pyright: ignore[reportPrivateUsage]
)
from interactions_core.exceptions.configuration import (
    AccountConflictError,
    ConfigurationError,
    ForkedError,
    MissingPackageError,
    unknown_option,
)
from interactions_core.exceptions.jobs import (
    ChangedCallError,
    LostSubmitError,
    WebhookRefusedError,
)
from interactions_core.exceptions.outcomes import (
    CutOffError,
    DeadlineExceededError,
    EmptyReplyError,
    InterruptedStreamError,
    JobCancelledError,
    JobFailedError,
    JobTakenOverError,
    OutcomeError,
    UndeclaredCallError,
    UnknownStatusError,
)
from interactions_core.exceptions.requests import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestError,
    ServiceError,
)
from interactions_core.exceptions.stores import (
    StoreError,
    StoreSchemaError,
    UnknownInteractionError,
    UnknownJobError,
)
from interactions_core.exceptions.unsent import (
    BudgetExceededError,
    EmptyTranscriptError,
    UnsupportedContentError,
)

__all__ = [
    "AccountConflictError",
    "AuthenticationError",
    "BudgetExceededError",
    "ChangedCallError",
    "ConfigurationError",
    "ContextLengthError",
    "CutOffError",
    "DeadlineExceededError",
    "EmptyReplyError",
    "EmptyTranscriptError",
    "ForkedError",
    "InteractionsError",
    "InterruptedStreamError",
    "InvalidRequestError",
    "JobCancelledError",
    "JobFailedError",
    "JobTakenOverError",
    "LostSubmitError",
    "MissingPackageError",
    "NetworkError",
    "NotFoundError",
    "OutcomeError",
    "RateLimitError",
    "RequestError",
    "ServiceError",
    "StoreError",
    "StoreSchemaError",
    "UndeclaredCallError",
    "UnknownInteractionError",
    "UnknownJobError",
    "UnknownStatusError",
    "UnsupportedContentError",
    "WebhookRefusedError",
    "unknown_option",
]

for _public in (*map(globals().__getitem__, __all__), _restored):
    _public.__module__ = __name__
