"""Reads lines, CSV and Parquet as Arrow batches or as rows for the database's reader."""
