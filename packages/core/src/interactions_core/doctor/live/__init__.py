"""Twenty-five creates that settle what nobody has recorded of the service.

They cost cents, are asked for first, and delete what they have stored. What is written
down of them holds neither what was said nor a key.
"""

from interactions_core.doctor.live.calls import CALLS
from interactions_core.doctor.live.findings import Finding
from interactions_core.doctor.live.plan import finding_lines, plan_lines, summary_line
from interactions_core.doctor.live.profile import profile_of
from interactions_core.doctor.live.questions import Models
from interactions_core.doctor.live.recordings import load_recorder, recorded
from interactions_core.doctor.live.trial import Trial

__all__ = [
    "CALLS",
    "Finding",
    "Models",
    "Trial",
    "finding_lines",
    "load_recorder",
    "plan_lines",
    "profile_of",
    "recorded",
    "summary_line",
]
