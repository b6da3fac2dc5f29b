"""What is possible: the targets that would be met with given odds (docs/okr-semantics.md)."""
