"""How often Python looks for objects that refer to each other and to which nothing else refers."""

import atexit
import gc

NEW_OBJECTS = 20_000
"""So many more objects than before are made until Python looks at the new ones; its own number is 700."""


def collect_rarely() -> None:
    """Let a process with many lasting objects look through them a few times, and not every second.

    Dagster, dbt and their imports are a million objects, and each look at all of them takes a third of a second. A
    daily run made sixteen, which was a tenth of its CPU. Objects without cycles are freed at once as before.

    When the process ends, Python looks once more: all that is there then is left to the end itself.
    """
    gc.set_threshold(NEW_OBJECTS, 10, 5)
    atexit.register(gc.freeze)


def keep_what_is_loaded() -> None:
    """Have Python look no more at the objects that are there now: imports and definitions, which stay to the end."""
    gc.freeze()
