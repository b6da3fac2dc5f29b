"""`okra import`: OKR files from the CSV export of another tool, by a mapping file (docs/importing.md)."""
