"""What of a thread's payloads lies on the server instead: where, and since which `put`.

Imports `_storage`.
"""
