"""Who does the heavy steps: reading files into parts, and rolling up a day."""
