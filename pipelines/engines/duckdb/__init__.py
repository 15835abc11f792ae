"""The heavy steps in DuckDB, in this process."""
