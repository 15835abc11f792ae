"""authmeter's pipelines: they turn verification logs into published DuckDB tables and reports."""
