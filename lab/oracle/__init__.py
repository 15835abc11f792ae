"""The independent count: what the tables must hold, by the contract alone, without the product."""
