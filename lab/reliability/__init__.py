"""Trials of the promises in docs/reliability.md. Each counts tries and failures; `python -m lab` runs them."""
