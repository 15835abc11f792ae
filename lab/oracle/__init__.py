"""The independent count: it computes the expected tables from the contract, without code of the product."""
