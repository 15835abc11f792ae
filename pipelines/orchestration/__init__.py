"""Dagster assets, checks, jobs, schedule and resources. Only this package and `pipelines/definitions.py` import
Dagster.
"""
