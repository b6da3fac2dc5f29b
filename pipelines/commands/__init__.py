"""What each command of `okra` does, apart from reading its options (`pipelines.cli`)."""
