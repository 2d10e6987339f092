"""How commands write: widths, colours, tables, figures, jobs, files.

Pure but for the file, and for what reads the histories of jobs. What may enter is used by
more than one command and says nothing of one of them. Imports no other room of the
command line.
"""
