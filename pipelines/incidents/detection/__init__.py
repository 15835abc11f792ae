"""What falls, and how unlikely that is: subjects by day, their baselines, and measures of rates and volumes."""
