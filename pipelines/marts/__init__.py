"""Day tables and books to the published DuckDB file."""
