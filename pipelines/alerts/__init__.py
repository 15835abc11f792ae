"""Messages about a run: which are due, their text, and their delivery to receivers."""
