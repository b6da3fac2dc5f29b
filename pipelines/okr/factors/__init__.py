"""Why a KPI moved: the part each member has in a change, exact to the last unit, and no I/O.

`member_changes` splits a change in fractions, `apportion` turns the parts into whole units that add up as
published, `ranking` says which dimension to show first, `wording` says it in a sentence. All of it is
arithmetic: it shows where a change sits, and never calls that a cause.
"""
