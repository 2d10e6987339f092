"""What became of a create, as a value without anything that was said. Pure."""

from dataclasses import dataclass
from typing import Literal

Came = Literal["answered", "refused", "not asked", "unanswered"]
"""`unanswered` says nothing of the question: the quota, the network, the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one create has settled.

    Attributes:
        number: Which one.
        settles: The question.
        model: Who was asked.
        expected: `answered` or `refused`, as documented.
        came: What became of it.
        status: The HTTP status; `None` where nobody answered.
        code: The API's word for a refusal.
        message: The API's sentence for a refusal.
        state: The interaction's status.
        calls: How many functions it called.
        input_tokens: As the API counted them.
        tier: The service tier that the API names.
        waited_s: For how long a new parent was not known.
        otherwise: What became of the same create without its first point; "" where it
            was not sent.
        events: Kinds of a stream's events, in the order of their first one.
    """

    number: int
    settles: str
    model: str
    expected: str
    came: Came
    status: int | None = None
    code: str = ""
    message: str = ""
    state: str = ""
    calls: int = 0
    input_tokens: int | None = None
    tier: str = ""
    waited_s: float = 0.0
    otherwise: Came | Literal[""] = ""
    events: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the service did otherwise than documented."""
        return self.came in {"answered", "refused"} and self.came != self.expected
