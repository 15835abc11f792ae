"""Builds the published DuckDB file from day tables and books."""
