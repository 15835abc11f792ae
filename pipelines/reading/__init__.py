"""Bytes to raw records: landing, unpacking, formats, source mappings, the rules of a field."""
