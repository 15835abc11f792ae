"""Helpers without domain knowledge: days, errors, files that survive a crash, the lock, progress, message texts."""
