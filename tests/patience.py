"""How long a test waits for something that is to come; never how fast it must be."""

PATIENCE_S = 300.0
