"""Traces as Phoenix shows them: a real back end is asked what it made of them.

Outside CI: Phoenix takes 660 MB and half a minute to start. It is an environment of its
own, listens on loopback, keeps its data in a folder that goes with it, and is told to
ask nobody. What it makes of a program's spans is held to what the session store says.
"""
