"""Scores of key results and objectives on a day."""
