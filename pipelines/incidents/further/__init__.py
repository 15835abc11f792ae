"""Further kinds: what is worth a line, and is no fault of signing in: cancellations, latency, surges, slow falls."""
