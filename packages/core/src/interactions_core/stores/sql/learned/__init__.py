"""What was learned of the service: for how long it keeps, and which forms it answers.

What a loss or an answer teaches is decided elsewhere. Imports no other room.
"""
