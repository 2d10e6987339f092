"""What is typed for more than one command, and what is meant by it.

Stores, names, times, keys; what is done with them is a command's. Imports `printing`.
"""
