"""Records of interactions, and what is kept with each: its entry, outline, setup and label.

Nothing of jobs and prices. Imports no other room, and of those around it what all rooms
are made of.
"""
