"""Turns the published tables into files: pages, charts, CSV. Never computes a metric, never imports Dagster."""
