"""Whether one KPI helps to foresee another, and what that changes in its odds."""
