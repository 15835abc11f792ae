"""The peers of authmeter: the bare job in several tools, an empty Dagster job, and unpacking alone.

Each module except `job.py` is a script of its own.
"""
