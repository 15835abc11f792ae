"""Turns the published tables into files: pages, charts, CSV. It computes no metrics and does not import Dagster."""
