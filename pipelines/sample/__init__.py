"""Writes synthetic logs and a registry, labelled as synthetic."""
