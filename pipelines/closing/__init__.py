"""Closing a day: which days are over, which checks warn, what holds a day back, what is published as of when."""
