"""Reads a create, as strictly as the service: inputs, tools, formats, generation.

Pure; knows nothing of what is stored. Imports `base`.
"""
