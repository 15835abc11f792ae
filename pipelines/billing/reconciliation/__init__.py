"""Reconciliation: compares consoles and bills with the log."""
