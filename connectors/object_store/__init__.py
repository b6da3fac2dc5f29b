"""The lake in a store of objects, by the extra `s3`: imported where a lake is there, and nowhere else."""
