"""What was believed, and when: the one store that cannot be computed again from the lake."""
