"""The values that stores keep and turns pass on: interactions, turns, jobs, erasures.

Values and pure rules about one of them; what compares several is in `mapping`. No
input or output. Imports `transcript` and what is below it. The rooms in it are made of
the values beside them: an interaction knows of no job, and a turn of no budget.
"""
