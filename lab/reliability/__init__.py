"""Trials of the promises in docs/reliability.md, each with a figure; `python -m lab` runs them."""
