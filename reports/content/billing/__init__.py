"""Content of the pages of packages, limits and reconciliation."""
