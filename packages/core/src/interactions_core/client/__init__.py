"""The clients: take a turn, sync and async, and everything that touches google-genai.

`take_turn` joins the parts, `client` and `aclient` carry its effects out, `wire` is the
one place that knows the SDK. Nothing is decided here. Imports `background` and what is
below it.
"""
