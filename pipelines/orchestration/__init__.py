"""Dagster as this installation uses it: the instance, runs in this process, what the UI shows."""
