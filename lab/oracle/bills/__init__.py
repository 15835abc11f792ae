"""The independent count of uses, packages, limits and reconciliation: sections 9 to 12 of the contract, plainly."""
