"""What a receiver of webhooks is made of: the keys of the API's tokens, and its ASGI.

Whether a delivery is believed is decided in `webhook_verification`. Imports no other
room.
"""
