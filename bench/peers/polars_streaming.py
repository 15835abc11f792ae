"""The bare job in Polars, streaming engine."""

import polars as pl
from job import TEXT_FIELDS, ZONE, answer, files

SCHEMA = dict.fromkeys(TEXT_FIELDS, pl.String) | {"event_time": pl.String, "latency_ms": pl.Int64}

time = pl.col("event_time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f%:z", time_unit="ms", time_zone="UTC")
found = (
    pl.scan_ndjson(files(), schema=SCHEMA)
    .group_by(time.dt.convert_time_zone(ZONE).dt.date().alias("business_day"), "app_key", "channel")
    .agg(
        pl.len().alias("records"),
        (pl.col("outcome") == "success").sum().alias("successes"),
        pl.col("device_id").drop_nulls().n_unique().alias("devices"),
    )
    .collect(engine="streaming")
)
answer(len(found), found["records"].sum(), found["successes"].sum(), found["devices"].sum())
