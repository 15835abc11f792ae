"""Templates, and how values become text in them."""
