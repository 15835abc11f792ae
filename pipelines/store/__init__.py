"""Storage: event parts, day tables, the manifest that lists which of them count, and access to DuckDB."""
