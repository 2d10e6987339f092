"""What runs beside the turns: the watcher of jobs, webhooks, resuming graphs, erasing.

Long-running parts and the functions behind the commands, for programs to use as well;
`cli` gives them a command line. What they are made of is in rooms: `watching` is of the
watcher, `receiving` of webhooks, `monitoring` of health and measures, and `running` of
whatever goes on for long. Imports `client` and what is below it.
"""
