"""The page that shows conversations: one file, or a server on this machine.

Reads stores, asks no server and writes nothing. What lies where is worked out here, in
pure functions; the scripts beside it only draw. Imports `explaining` and the rooms below
it.
"""
