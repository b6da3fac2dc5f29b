"""What a person can mend: the text says what is wrong and what to do, in one line."""


class OkraError(Exception):
    """A fault that is no bug. Commands show its text and nothing else, unless asked for more."""
