"""A turn that takes long: one job from its intent over polls to its consumed result.

Generators that ask for effects, as in `turns`. A turn changes the row of its job in
`holding`, and takes that of another one over in `claims`; the watcher, the resumer and
webhooks, in `services`, write rows of their own accord. Imports `turns` and what is
below it.
"""
