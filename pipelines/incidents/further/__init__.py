"""Further kinds, worth a line but no failures of sign-in: cancellations, latency, surges, slow falls."""
