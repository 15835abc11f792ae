"""The shape of each chart."""
