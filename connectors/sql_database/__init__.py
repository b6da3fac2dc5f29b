"""SQL databases: the source is in source.py."""
