"""What OpenTelemetry is told of turns: spans and metrics by the GenAI conventions.

Decided here: which span a turn is, under or beside which other one it stands, and what
is written on it. Spans carry ids, counts and reasons; what was said is in them only
where OpenTelemetry's own switch asks for it, and keys and headers never are. Nothing of
OpenTelemetry is imported unless the program has set it up. May import the rooms of
turns and all below them; adapters and drivers of their own may not enter.
"""
