"""What went wrong, told once: falls of rates and volumes, and faults of the data."""
