"""What may follow what: calls, their results, and signatures in a replay."""

from collections.abc import Iterable

from interactions_emulator.base import refusals
from interactions_emulator.base.models import needs_signatures
from interactions_emulator.base.payloads import Step
from interactions_emulator.base.signatures import is_accepted

_CALLER = frozenset({"user_input", "function_result"})


def pending_calls(steps: Iterable[Step]) -> dict[str, str]:
    """Return the unanswered calls (id to name) at the end of a model's steps.

    A server-run tool also shows as a call, followed by its own result.
    """
    pending: dict[str, str] = {}
    for step in steps:
        if step.get("type") == "function_call":
            pending[step["id"]] = step["name"]
        elif step.get("type") == "function_result":
            pending.pop(step["call_id"], None)
    return pending


def check_turns(pending: dict[str, str], steps: list[Step], *, opens: bool) -> None:
    """Refuse results without calls, calls without results, and loose ends.

    Args:
        pending: Unanswered calls of the parent.
        steps: The new input, oldest first.
        opens: Whether the input begins the conversation.
    """
    pairing = _Pairing(pending, seen_caller=not opens)
    for step in steps:
        pairing.add(step)
    if pairing.pending:
        raise refusals.results_missing()
    if steps and steps[-1].get("type") not in _CALLER:
        why = "the input must end with a user_input or a function_result"
        raise refusals.invalid_argument(why)


def check_signatures(model: str, steps: list[Step]) -> None:
    """Check the signatures of a replayed history.

    Every signature present must be one that was issued, or a documented bypass.
    From Gemini 3 on a function call needs one, of its own or of a thought before
    it in the same model turn (live probe on gemini-3.7-flash, Aug 2026).
    """
    required = needs_signatures(model)
    signed = False
    for step in steps:
        signature = step.get("signature")
        if signature and not is_accepted(signature):
            raise refusals.corrupted_signature()
        kind = step.get("type")
        if kind in _CALLER:
            signed = False
        elif signature:
            signed = True
        if required and kind == "function_call" and not signed:
            raise refusals.missing_signature()


class _Pairing:
    """Follows calls and results through a list of steps."""

    def __init__(self, pending: dict[str, str], *, seen_caller: bool) -> None:
        self.pending = dict(pending)
        self._answering = False
        self._seen_caller = seen_caller

    def add(self, step: Step) -> None:
        kind = step.get("type")
        if kind == "function_result":
            self._add_result(step)
        elif self.pending and (self._answering or kind == "user_input"):
            raise refusals.results_missing()
        elif kind == "function_call":
            self._add_call(step)
        else:
            self._seen_caller |= kind == "user_input"

    def _add_call(self, step: Step) -> None:
        if not self._seen_caller:
            raise refusals.call_without_user()
        self.pending[step["id"]] = step["name"]
        self._answering = False

    def _add_result(self, step: Step) -> None:
        if self.pending.pop(step["call_id"], None) is None:
            raise refusals.result_without_call(str(step.get("name") or ""))
        self._answering = bool(self.pending)
