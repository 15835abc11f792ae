"""Dagster assets, checks, jobs, schedule and resources; the only package that imports Dagster."""
