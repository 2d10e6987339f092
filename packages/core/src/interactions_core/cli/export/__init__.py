"""`interactions export`: conversations in the forms of others, into a file or a pipe.

What may enter is about progress, files and what is resumed; forms are in `exporting`.
"""

from interactions_core.cli.export.command import export

__all__ = ["export"]
