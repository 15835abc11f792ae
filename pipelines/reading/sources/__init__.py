"""Source mappings: how raw records become log records."""
