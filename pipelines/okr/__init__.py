"""What a KPI is, what an OKR is, and how one scores the other: plain Python, no I/O.

The meaning is fixed by docs/okr-semantics.md; where this package and that page disagree, one of
them is a bug. Numbers come in (`facts`), definitions come in (`loading`), scores go out (`scoring`).
"""
