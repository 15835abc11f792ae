"""Faults of the data itself: days that are missing, copied or cut short, and parts of a day that are gone or poor."""
