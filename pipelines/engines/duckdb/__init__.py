"""The engine that runs in DuckDB in this process."""
