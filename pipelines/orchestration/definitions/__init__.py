"""The definitions that Dagster loads: assets, their checks, the job and its schedule, sensors, and the resource."""
