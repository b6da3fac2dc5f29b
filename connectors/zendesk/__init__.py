"""Zendesk: the source is in source.py."""
