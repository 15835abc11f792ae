"""Detection of falls and their likelihood: subjects by day, their baselines, and measures of rates and volumes."""
