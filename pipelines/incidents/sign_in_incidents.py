"""Incidents of the sign-in rate: a smaller share of the sessions signed in, all channels taken together."""

from datetime import date

import duckdb
import numpy as np
import polars as pl

from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.dimensions import SESSION_CAUSES
from pipelines.incidents.causes import NO_CELLS, with_causes
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.rate_measure import RateMeasure
from pipelines.incidents.detection.subjects import by_day
from pipelines.incidents.explained import RateIncident, compared_sessions, sides_of
from pipelines.incidents.incident import ALL, Incident, Subject


def sign_in_incidents(
    connection: duckdb.DuckDBPyConnection, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Return all incidents of the sign-in rate in these days, and the cells of all these incidents.

    Args:
        connection: has `session_daily` and `session_books`.
        days: without a gap, up to the as-of.
    """
    counts = pl.DataFrame(connection.sql(sql("pipelines.incidents", "sign_in_days")))
    # An app's days with and without logs of its server have separate baselines, because their sign-ins are recognized
    # by different records.
    named, (of_requests, of_successes) = by_day(counts, ("app_key", "by_server"), days)
    keys = [*(app_key for app_key, _ in named), ALL]
    requests, successes = (
        np.concatenate([of, of.sum(axis=1, keepdims=True)], axis=1) for of in (of_requests, of_successes)
    )
    found = []
    for fall in falls(RateMeasure(requests, successes)):
        loss = fall.loss_of_rate(requests[:, fall.row], successes[:, fall.row])
        one = Incident.of(Subject("rate", SIGN_IN, keys[fall.row], ALL), days, fall.span, loss)
        found.append(RateIncident(one, fall))
    if not found:
        return [], NO_CELLS
    counts = compared_sessions(connection, SIGN_IN, sides_of(found, days))
    return with_causes([one for one, _ in found], counts, SESSION_CAUSES)
