"""What live profiles say of a service, and what follows from that for what is sent.

Files are read in `loading` only; a profile changes forms of requests, never the list,
and is believed only for the platform, the version and the models that were asked.
"""
