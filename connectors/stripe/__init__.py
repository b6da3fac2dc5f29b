"""Stripe: the source is in source.py."""
