"""Threads that were deleted, what the server still has of them, and the list outside.

Ids and digests, and no content. Imports `interactions`.
"""
