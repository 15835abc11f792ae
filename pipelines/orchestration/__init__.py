"""Dagster: assets, checks, jobs, schedule, resources. The only package that imports dagster."""
