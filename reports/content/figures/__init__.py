"""The figures documents of apps: their tables, and the numbers of their charts."""
