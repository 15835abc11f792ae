"""Engines, which read files into parts and roll up days: DuckDB in this process, or Spark on a cluster."""
