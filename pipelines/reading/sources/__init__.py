"""Source mappings, which turn raw records into log records."""
