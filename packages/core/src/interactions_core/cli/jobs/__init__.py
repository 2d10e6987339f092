"""`interactions jobs`: what is told of background runs, and who watches them.

What may enter tells people of jobs; what is done with them is decided in `services`.
"""

from interactions_core.cli.jobs.commands import jobs

__all__ = ["jobs"]
