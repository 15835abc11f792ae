"""Finds and words the likely reason why few or no records of a file were accepted."""
