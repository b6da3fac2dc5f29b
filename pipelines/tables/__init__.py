"""The tables that Python writes into the warehouse."""
