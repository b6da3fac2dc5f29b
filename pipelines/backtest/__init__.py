"""How good the odds are, told from history: what would have been said at a cut, against what then happened.

Series, of a file or of the company's own KPIs (`kpis`), become goals that could have been set (`cases`). Okra's
forecaster and simpler methods (`methods`) give the odds of each, and are graded (`replay`, `grading`).
"""
