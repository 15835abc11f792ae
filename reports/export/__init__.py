"""Rows as files for analysts: CSV, Parquet, xlsx."""
