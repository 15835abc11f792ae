"""Synthetic logs and a registry, labelled as such."""
