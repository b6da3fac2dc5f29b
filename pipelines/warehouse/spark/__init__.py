"""Models that run on Spark: for a company whose data outgrows one machine. Docs: docs/spark.md."""
