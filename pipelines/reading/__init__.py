"""Reads landed files: lists and unpacks them, reads their formats, and maps raw records to the fields of the log
format.
"""
