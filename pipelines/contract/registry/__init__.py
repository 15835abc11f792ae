"""Files that users maintain: apps, schemes, accounts, packages, limits, statements, notes."""
