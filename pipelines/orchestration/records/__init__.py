"""Writes the records of a run into Dagster's own SQLite files."""
