"""Commands of the analyst: incidents, causes of a change, packages, limits, exports, and the records of one user."""
