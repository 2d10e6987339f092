"""What whoever looks inside a store asks for: conversations put together, and searches.

What is told of a conversation is in `records.conversations`; nothing here reads a store
or decides what a turn sends. Imports `jobs` and the values around it.
"""
