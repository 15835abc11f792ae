"""The usual range of figures, for pages and messages."""
