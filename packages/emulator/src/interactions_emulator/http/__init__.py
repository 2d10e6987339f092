"""The HTTP server: routes, credentials, streams, control. Nothing is decided here.

Imports every other room.
"""
