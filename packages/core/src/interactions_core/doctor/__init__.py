"""What is wrong here, or will be: versions, key, service and store are looked at.

Looks only: nothing is changed, nothing is sent that costs money, and neither content
nor a key is in what is said. Printing is the command line's part.
"""

from interactions_core.doctor.checks import Check, is_well, summary
from interactions_core.doctor.examination import examine, examine_each

__all__ = ["Check", "examine", "examine_each", "is_well", "summary"]
