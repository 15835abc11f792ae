"""Packs the key of a row of `outcome_daily` into one number, and unpacks it. Packed keys have the order of the keys."""

from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from lab.incidents.apps import App
from lab.incidents.codes import Answer, all_codes
from lab.incidents.days import Days, Ints
from lab.incidents.installation import CARRIERS
from pipelines.contract.record.dimensions import OUTCOME_KEY

_WORDS: dict[str, list[str]] = {
    "channel": ["local_verify", "one_click", "qq", "wechat", "weibo"],
    "stage": ["authorize", "login", "page", "verify"],
    "platform": ["android", "h5", "harmony", "ios"],
    "carrier": sorted(CARRIERS),
    "outcome": [
        "cancelled", "carrier_error", "config_error", "error", "mismatch", "quota_exhausted",
        "success", "switched", "timeout", "unknown", "unsupported",
    ],
    "vendor": ["jiguang", "qq", "umeng", "wechat", "weibo"],
    "result_code": all_codes(),
}  # fmt: skip
_ORDER = OUTCOME_KEY[1:]
_BITS = 6


class Records(NamedTuple):
    """Rows of `outcome_daily`, each as a packed key and its number of records."""

    keys: Ints
    counts: Ints


class Keys:
    """Packs and unpacks keys of `outcome_daily`.

    Each column has six bits: the index of the value among the column's values, or the next index for NULL.
    """

    def __init__(self, apps: list[App], days: Days) -> None:
        """Store the values of all columns, with the keys and SDK versions of `apps`."""
        versions = {version.name for app in apps for version in app.versions} | {app.next_version() for app in apps}
        self._days = days
        # A dimension without words is absent in every row.
        self._words = {name: _WORDS.get(name, []) for name in _ORDER}
        self._words |= {"app_key": [app.key for app in apps], "sdk_version": sorted(versions)}
        self._places: dict[str, dict[str | None, int]] = {
            name: {None: len(words), **{word: place for place, word in enumerate(words)}}
            for name, words in self._words.items()
        }

    def _part(self, name: str, value: str | None) -> int:
        return self._places[name][value] << (_BITS * (len(_ORDER) - 1 - _ORDER.index(name)))

    def base(self, app_key: str, channel: str, stage: str, values: dict[str, list[str | None]]) -> Ints:
        """Return the packed app, channel, stage and values of each cell. `values` has the values of all cells by
        dimension.
        """
        same = self._part("app_key", app_key) + self._part("channel", channel) + self._part("stage", stage)
        rows = zip(*values.values(), strict=True)
        parts = [sum(self._part(name, value) for name, value in zip(values, row, strict=True)) for row in rows]
        return np.array(parts, dtype=np.int64) + same

    def day(self, places: Ints) -> Ints:
        """Return the bits of a key for each of the days, given by their indexes."""
        return places << (_BITS * len(_ORDER))

    def answer(self, answer: Answer) -> int:
        """Return the bits of a key for an outcome and result code."""
        return self._part("outcome", answer.outcome) + self._part("result_code", answer.code)

    def rows(self, records: Records) -> pl.DataFrame:
        """Return records as rows of `outcome_daily`, in their order. Text columns are enumerations."""
        dates = pl.Series([self._days.at(place) for place in range(self._days.count)], dtype=pl.Date)
        columns = {"day": dates.gather(records.keys >> (_BITS * len(_ORDER)))}
        for place, name in enumerate(_ORDER):
            numbers = (records.keys >> (_BITS * (len(_ORDER) - 1 - place))) & ((1 << _BITS) - 1)
            words = self._words[name]
            columns[name] = pl.Series([*words, None], dtype=pl.Enum(words)).gather(numbers)
        return pl.DataFrame({**columns, "records": records.counts})


def day_states(days: Days, missing: set[date]) -> pl.DataFrame:
    """Return `day` and `day_state` of every day: `missing` for the days in `missing`, else `complete`."""
    dates = [days.at(place) for place in range(days.count)]
    states = ["missing" if day in missing else "complete" for day in dates]
    return pl.DataFrame({"day": dates, "day_state": states})
