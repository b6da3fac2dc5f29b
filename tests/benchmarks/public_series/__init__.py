"""Public series, read from PyPI wheels that contain them; the repository has no copy of them.

`catalogue` has all collections, `halves` says which of them may be tuned to.
"""

TUNING, HELD_OUT = "tuning", "looked at once"
