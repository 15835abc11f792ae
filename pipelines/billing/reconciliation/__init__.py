"""Reconciliation: consoles and bills beside the log."""
