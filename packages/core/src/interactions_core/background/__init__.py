"""A turn that takes long: one job from its intent over polls to its consumed result.

Generators that ask for effects, as in `turns`. Every change of a job's row is in
`job_lease`. Imports `turns` and what is below it.
"""
