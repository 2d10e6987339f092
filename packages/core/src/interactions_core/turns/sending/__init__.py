"""Send a plan: when again, and what one replay can work around; and what is asked before.

What an answer amounts to and what is kept of it is decided in other rooms, all of which
this one imports.
"""
