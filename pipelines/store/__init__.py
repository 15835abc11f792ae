"""What is kept: parts, day tables, the manifest that says which of them count, and DuckDB."""
