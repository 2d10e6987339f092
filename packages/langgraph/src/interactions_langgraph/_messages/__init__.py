"""LangChain's messages and the API's steps, both ways; pure.

Imports nothing else of this package.
"""
