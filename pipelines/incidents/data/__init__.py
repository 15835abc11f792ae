"""Faults of the data: missing, copied and short days, missing parts of a day's records, and many bad records."""
