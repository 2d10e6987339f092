"""What a watcher holds, how it looks at runs, and what it says of them.

When it looks and when it ends is decided in `job_watcher`. Imports `running`.
"""
