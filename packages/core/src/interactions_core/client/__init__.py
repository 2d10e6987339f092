"""The clients: take a turn, sync and async, and everything that touches google-genai.

`take_turn` joins the parts, `client` and `aclient` carry its effects out. Of the SDK
`sdk` knows how it is opened, `sdk_errors` what its errors mean, `wire` and the effect
runners what is called. Nothing is decided here. Imports `background` and what is below
it.
"""
