"""Lines, CSV and Parquet as Arrow batches or relations."""
