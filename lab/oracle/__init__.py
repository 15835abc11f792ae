"""The independent count: expected tables, computed from the contract alone, without the product."""
