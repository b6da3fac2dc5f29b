"""HubSpot: the source is in source.py."""
