"""Sums rows of `billing_daily` for reconciliation, in the same way as the product's SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipelines.billing.reconciliation.log_side import NOTHING, LogCounts
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.statements import NUMBER


def with_sums(rows: Iterable[tuple[date, str, str, str, LogCounts]]) -> dict[tuple[date, str, str, str], LogCounts]:
    """Return the counts by day, account, app and channel, with sums over all apps and over both number channels."""
    sums: dict[tuple[date, str, str, str], LogCounts] = {}
    for day, account_id, app_key, channel, counts in rows:
        for app in (app_key, ALL_APPS):
            for which in (channel, NUMBER):
                key = day, account_id, app, which
                sums[key] = sums.get(key, NOTHING).plus(counts)
    return sums
