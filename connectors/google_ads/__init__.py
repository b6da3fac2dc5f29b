"""Google Ads: the source is in source.py."""
