"""What runs beside the turns: the watcher of jobs, webhooks, resuming graphs, erasing.

Long-running parts and the functions behind the commands; `cli` gives them a command
line. Imports `client` and what is below it.
"""
