"""Spreadsheets: the source is in source.py."""
