"""The pages of packages, limits and reconciliation."""
