"""The same bare job in other tools, and an empty Dagster job; each module is a script of its own."""
