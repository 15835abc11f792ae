"""Serves the published site on loopback, to everybody or by token."""
