"""Background jobs, and what is kept beside the row of each: history, trace, looks, question.

Whether a lease may be taken is decided in `records`; a conditional UPDATE takes it.
Imports `deletion`, because a thread that is gone gets no job.
"""
