"""Faults of the data: days that are missing, copied or cut short, and missing or poor parts of a day's records."""
