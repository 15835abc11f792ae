"""Reads landed files into parts, and reads files again after a correction."""
