"""Why a KPI moved: the part each member has in a change, exact to the last unit, and no I/O.

`additive`, `mix_rate` and `shapley` split a change in fractions, `apportion` makes whole units of the
parts so that they add up as published, `ranking` says which to show first, `wording` says it in a
sentence. It is arithmetic: it shows where a change sits, and never calls that a cause.
"""
