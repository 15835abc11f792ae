"""Detection of drops and their likelihood: subjects by day, their baselines, and measures of rates and volumes."""
