"""Engines of the heavy step: reading files into event parts, and rolling a day's parts up."""
