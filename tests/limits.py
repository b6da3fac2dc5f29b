"""How long a test waits for something that may never come."""

HANG_SECONDS = 1800.0
"""What takes longer hangs. A limit on a test's time is there to end it, never to say how fast a machine has to be."""
