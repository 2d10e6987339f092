"""Programs of the three frameworks, each run in a process of its own."""
