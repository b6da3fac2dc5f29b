"""The end of a period: its grades as they were closed, and what became known later (docs/okr-semantics.md)."""
