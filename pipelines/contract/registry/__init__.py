"""Files that people keep by hand: apps, schemes, accounts, packages, limits, statements, notes."""
