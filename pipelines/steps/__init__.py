"""One file a step of a run: each reads its inputs, does its work and writes its tables."""
