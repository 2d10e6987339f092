"""What is told before and after, in lines. Pure."""

from collections.abc import Iterator, Sequence

from interactions_core.doctor.live.calls import CALLS
from interactions_core.doctor.live.findings import Finding
from interactions_core.doctor.live.questions import Models

_SETTLES: int = max(len(call.settles) for call in CALLS)


def plan_lines(models: Models) -> Iterator[str]:
    """Say what is about to be sent, and what it may cost."""
    yield f"{len(CALLS)} creates, with {models.usual} and {models.newest}:"
    for call in CALLS:
        yield f"{call.number:>2}  {call.settles}"
    yield "They cost some cents; refusals are free. What they store is deleted again."


def finding_lines(finding: Finding) -> Iterator[str]:
    """Say what one create settled, what was expected, and what came."""
    mark = "  <-" if finding.is_new else ""
    yield (
        f"{finding.number:>2}  {finding.settles:<{_SETTLES}}  "
        f"{finding.expected:<8}  {finding.came}{mark}"
    )
    if finding.message:
        status = "no answer" if finding.status is None else f"HTTP {finding.status}"
        label = f"{status} {finding.code}".strip()
        yield f"    {label}: {finding.message}"
    if finding.waited_s:
        yield f"    its parent was not known for {finding.waited_s:.0f} s"


def summary_line(findings: Sequence[Finding], left: Sequence[str]) -> str:
    """Count what came, and name what is left on the server."""
    new = sum(finding.is_new for finding in findings)
    unsettled = sum(finding.came in {"unanswered", "not asked"} for finding in findings)
    text = f"{new} otherwise than documented, {unsettled} not settled"
    return f"{text}; not deleted: {', '.join(left)}" if left else text
