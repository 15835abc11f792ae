"""Resource packages: the ledger, the forecast, and the tables of both."""
