"""The `interactions` command: a root that others plug their commands into."""
