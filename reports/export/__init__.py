"""Writes rows as files for analysts: CSV, Parquet, xlsx."""
