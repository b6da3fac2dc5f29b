"""What an OKR file says: read, checked, and turned into objectives."""
