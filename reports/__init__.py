"""Turns the published tables into files: pages, charts, CSV. It defines no metrics and does not import Dagster."""
