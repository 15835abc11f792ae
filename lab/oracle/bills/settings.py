"""Reads the settings that affect the tables of bills, and decides whether a record is billed."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

DEFAULT_RULE = {"one_click": ["success"], "local_verify": ["success", "mismatch"]}


class BillingRule(NamedTuple):
    """A billing rule of the settings.

    Attributes:
        vendor: a vendor, or `*` for all.
        billed: the outcomes that are billed, by channel.
    """

    vendor: str
    valid_from: date
    billed: dict[str, list[str]]


class Settings(NamedTuple):
    """The settings on which the tables of bills depend."""

    zone: ZoneInfo
    rules: list[BillingRule]
    tolerance_records: int
    tolerance_share: Decimal
    buy_lead_days: int


def read_settings(path: Path) -> Settings:
    """Read `authmeter.toml`; without it, return the contract's defaults."""
    given = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal) if path.exists() else {}
    rules = [
        BillingRule(
            rule.get("vendor", "*"),
            rule.get("valid_from", date(1970, 1, 1)),
            {channel: rule.get(channel, outcomes) for channel, outcomes in DEFAULT_RULE.items()},
        )
        for rule in given.get("billing", [])
    ]
    return Settings(
        ZoneInfo(given.get("timezone", "Asia/Shanghai")),
        rules,
        given.get("tolerance_records", 5),
        Decimal(given.get("tolerance_share", "0.005")),
        given.get("buy_lead_days", 7),
    )


def is_billed(rules: list[BillingRule], vendor: str, day: date, channel: str, outcome: str) -> bool:
    """Return whether an outcome is billed on a day.

    The newest rule in force for the vendor decides. Without one, the newest rule in force for `*` decides, else the
    default rule.
    """
    begun = [rule for rule in rules if rule.valid_from <= day]
    for whose in (vendor, "*"):
        of_vendor = [rule for rule in begun if rule.vendor == whose]
        if of_vendor:
            newest = max(of_vendor, key=lambda rule: rule.valid_from)
            return outcome in newest.billed[channel]
    return outcome in DEFAULT_RULE[channel]
