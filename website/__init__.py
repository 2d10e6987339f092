"""The pages of this repository as a site; `nox -s site` makes it.

The Markdown stays as it is read in the repository: a copy is laid out, in which links to
files lead to pages that show them, and a reference made from the docstrings is added.
Nothing of the packages is imported for it, and nothing is fetched.
"""
