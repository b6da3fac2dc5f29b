"""Raw data on disk or in a bucket: one Parquet file a window, committed by a manifest."""
