"""The independent count of uses, packages, limits and reconciliation, by sections 9 to 12 of the contract."""
