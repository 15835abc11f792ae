"""Incidents: falls of rates and volumes, and faults of the data, each reported once."""
