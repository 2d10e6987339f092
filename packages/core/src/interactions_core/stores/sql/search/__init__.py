"""What was said and what people type, found again: the words of texts, and names.

What a word is and what a query means is decided elsewhere. Imports no other room.
"""
