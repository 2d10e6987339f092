"""The `interactions` command: a root that others plug their commands into.

A room for each command of more than one module, whose `__init__` brings the command;
one that is a single module lies here, beside where the command begins (`entry`, `root`)
and what the commands share that run until they are told to end (`serving`). No command
imports another: what two of them need is in `arguments` or `printing`.
"""
