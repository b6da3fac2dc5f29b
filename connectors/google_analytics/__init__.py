"""Google Analytics 4: the source is in source.py."""
