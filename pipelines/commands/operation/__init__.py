"""Commands of the operator: runs and their repair, sample logs, alerts, status, and Dagster's server."""
