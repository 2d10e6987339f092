"""Calls that were not sent: for what they say, or for what they might cost."""

from interactions_core.exceptions.catch_all import InteractionsError


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


class UnsupportedContentError(InteractionsError, ValueError):
    """A message part has no counterpart in the API; nothing was sent."""


class EmptyTranscriptError(InteractionsError, ValueError):
    """There is no message to send; nothing was sent."""
