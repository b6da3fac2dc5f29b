"""What was believed, and when: the one store that cannot be worked out again from the lake."""
