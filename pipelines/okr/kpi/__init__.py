"""A KPI, its facts, and how its days become periods."""
