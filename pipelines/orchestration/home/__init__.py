"""The Dagster home of a data folder: settings, tables, the SQLite files of records, and the scheduler's processes."""
