"""What may be spent, and what is put aside for a call before it is sent. Pure.

A budget is a row in the session store, shared by everybody who has the store. A call
reserves before it is sent what it may cost; what it has cost is settled afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, cast, get_args

from interactions_core.canonical import canonical_hash
from interactions_core.exceptions import ConfigurationError
from interactions_core.records.charges import PICO
from interactions_core.records.interactions import Scope

BudgetPer = Literal["call", "thread", "session", "day"]
"""What a budget is for: each call, a thread, a session, or a day in UTC of an owner."""

Unpriced = Literal["refuse", "allow"]

DEFAULT_LEASE_S: Final = 3_900.0
"""For how long a call holds its reservation if its process is never heard of again.

No call takes longer: Deep Research may take an hour (API document).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent.

    Attributes:
        max_cost: In USD; `None` for no limit.
        max_total_tokens: Tokens of all kinds, cached ones included; `None` for no limit.
        max_calls: How many calls may be under way at once; `None` for no limit.
        per: What the limits are for.
        max_run_cost: What one run in the background may cost, in USD; needed for them
            with `max_cost`.
        max_run_tokens: What one may take; needed for them with `max_total_tokens`.
        unpriced: Whether calls without a known price are refused under `max_cost`, or
            made without being counted there.
        lease_s: How long a reservation is held whose process has died on another
            machine, in seconds; of one here that is known at once. Never less than a
            call may take, which would lose what it has put aside while under way.
    """

    max_cost: Decimal | None = None
    max_total_tokens: int | None = None
    max_calls: int | None = None
    per: BudgetPer = "session"
    max_run_cost: Decimal | None = None
    max_run_tokens: int | None = None
    unpriced: Unpriced = "refuse"
    lease_s: float = DEFAULT_LEASE_S

    @property
    def limit(self) -> "Amount":
        """The limits; -1 for none."""
        return Amount(
            -1 if self.max_cost is None else round(self.max_cost * PICO),
            -1 if self.max_total_tokens is None else self.max_total_tokens,
        )


@dataclass(frozen=True, slots=True)
class Amount:
    """Money and tokens together.

    Attributes:
        picousd: In 1e-12 USD.
        tokens: Of all kinds.
    """

    picousd: int = 0
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.picousd + other.picousd, self.tokens + other.tokens)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.picousd - other.picousd, self.tokens - other.tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What is put aside for one call.

    Attributes:
        key: Its name.
        budget: The name of the budget, from `budget_name`.
        amount: How much.
        holder: The process that makes the call.
        lease_until: Until when it is held without hearing of it, in epoch seconds.
    """

    key: str
    budget: str
    amount: Amount
    holder: str
    lease_until: float


@dataclass(frozen=True, slots=True)
class Spending:
    """How a budget stands.

    Attributes:
        spent: What was settled.
        reserved: What is put aside for calls under way.
        calls: How many those are.
    """

    spent: Amount = Amount()
    reserved: Amount = Amount()
    calls: int = 0

    def takes(self, amount: Amount, budget: Budget) -> str:
        """Say what speaks against another call; "" for nothing.

        Args:
            amount: What it may cost.
            budget: The limits.
        """
        limit, whole = budget.limit, self.spent + self.reserved + amount
        if budget.max_calls is not None and self.calls >= budget.max_calls:
            return "max_calls"
        if limit.picousd >= 0 and whole.picousd > limit.picousd:
            return "max_cost"
        if limit.tokens >= 0 and whole.tokens > limit.tokens:
            return "max_total_tokens"
        return ""


def budget_name(budget: Budget, scope: Scope, now: float) -> str:
    """Name the row of a budget: whose, and which thread, session or day.

    A hash, so that nothing of a deleted thread is left in it.
    """
    whose = [scope.credential]
    if budget.per == "thread":
        whose += [scope.session_id, scope.thread_id]
    elif budget.per == "session":
        whose.append(scope.session_id)
    elif budget.per == "day":
        whose.append(datetime.fromtimestamp(now, UTC).date().isoformat())
    return canonical_hash([budget.per, *whose]).hex()


def begins_anew_at(budget: Budget, now: float) -> float | None:
    """Return when a budget begins anew, in epoch seconds; `None` for never."""
    if budget.per != "day":
        return None
    today = datetime.fromtimestamp(now, UTC).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return (today + timedelta(days=1)).timestamp()


def read_budget(said: object) -> Budget:
    """Return the budget that an option means: a `Budget`, or a dict of its fields.

    Raises:
        ConfigurationError: A field is unknown, or cannot be meant.
    """
    if isinstance(said, Budget):
        given: Mapping[str, object] = {f.name: getattr(said, f.name) for f in _FIELDS}
    elif isinstance(said, Mapping):
        given = cast("Mapping[str, object]", said)
    else:
        msg = "budget takes a dict, e.g. {'max_cost': 5, 'per': 'day'}"
        raise ConfigurationError(msg)
    known = {field.name for field in _FIELDS}
    unknown = sorted(given.keys() - known)
    if unknown:
        msg = f"budget has no {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        raise ConfigurationError(msg)
    limits = ("max_cost", "max_total_tokens", "max_calls")
    if all(given.get(name) is None for name in limits):
        msg = f"budget needs one of {', '.join(limits)}"
        raise ConfigurationError(msg)
    if given.get("per") == "call" and given.get("max_calls") is not None:
        msg = "max_calls of a budget counts calls under way, which one call has not"
        raise ConfigurationError(msg)
    lease = _number(given, "lease_s")
    return Budget(
        max_cost=_number(given, "max_cost"),
        max_total_tokens=_count(given, "max_total_tokens"),
        max_calls=_count(given, "max_calls"),
        per=cast("BudgetPer", _word(given, "per", get_args(BudgetPer), "session")),
        max_run_cost=_number(given, "max_run_cost"),
        max_run_tokens=_count(given, "max_run_tokens"),
        unpriced=cast(
            "Unpriced", _word(given, "unpriced", get_args(Unpriced), "refuse")
        ),
        lease_s=DEFAULT_LEASE_S if lease is None else float(lease),
    )


_FIELDS: Final = fields(Budget)


def _number(given: Mapping[str, object], name: str) -> Decimal | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        # By its text: 0.1 means a tenth, not the nearest float.
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(-1)
    if isinstance(value, bool) or not number.is_finite() or number <= 0:
        msg = f"{name} of a budget must be a number above 0"
        raise ConfigurationError(msg)
    return number


def _count(given: Mapping[str, object], name: str) -> int | None:
    number = _number(given, name)
    if number is not None and number != int(number):
        msg = f"{name} of a budget must be a whole number"
        raise ConfigurationError(msg)
    return None if number is None else int(number)


def _word(
    given: Mapping[str, object], name: str, known: tuple[str, ...], usual: str
) -> str:
    value = given.get(name, usual)
    if value not in known:
        msg = f"{name} of a budget is one of {', '.join(map(repr, known))}"
        raise ConfigurationError(msg)
    return str(value)
