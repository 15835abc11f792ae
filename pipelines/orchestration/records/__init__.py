"""The records of a run in Dagster's own SQLite files."""
