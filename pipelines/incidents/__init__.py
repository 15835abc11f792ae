"""Incidents, each reported once: rates and volumes that fell, faults of the data, and further kinds such as surges."""
