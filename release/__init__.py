"""What turns a commit into the files of a release; `nox -s release` drives it.

Nothing here is published, and nothing here changes the work tree: what is built is a
copy of the commit, in which the changelog is cut and the links are made absolute.
"""
