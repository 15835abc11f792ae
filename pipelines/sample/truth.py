"""Writes `sample_truth.json`: the incidents of a sample, their effect on the rates, and the lost requests.

Rates and lost requests are counted from the drawn records, without the code that detects incidents, so that tests can
compare the results of both.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from pipelines.common.files.atomic import whole_file
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.sample.faults import ALL, Faults, PlantedFault
from pipelines.sample.records import SignIns

TRUTH: Final = "sample_truth.json"
# Days of the baseline and of the newest level, and days until the level is the norm, as in `detection/falls.py`.
_BASELINE_DAYS = 28
_NEWEST_DAYS = 7
_SETTLED_DAYS = 28
_METRICS: Final = {"technical_success_rate": 0, "verification_result_rate": 2}


@dataclass(frozen=True)
class _Counts:
    requests: int
    successes: int

    @property
    def level(self) -> float:
        return self.successes / self.requests


def newest_sign_ins(day: date, sign_ins: Iterable[SignIns]) -> dict[str, Any]:
    """Return the expected figures of the sign-in page's first line: the sessions of all apps on a day.

    `most_stopped_at` is the most frequent last record of the sessions that neither signed in nor were cut by midnight;
    None if there are no such sessions.
    """
    sums: Counter[str] = Counter()
    stops: Counter[tuple[str, str, str]] = Counter()
    for row in sign_ins:
        sums.update(
            sessions=row.sessions,
            cut=row.cut,
            signed_in=row.signed_in,
            failed_first=row.failed_first,
            failed_first_cut=row.failed_first_cut,
            failed_first_signed_in=row.failed_first_signed_in,
        )
        if row.channel and row.stage and row.outcome:
            stops[row.channel, row.stage, row.outcome] += row.sessions
    most = min(stops, key=lambda stop: (-stops[stop], stop), default=None)
    stop = dict(zip(("channel", "stage", "outcome"), most, strict=True), sessions=stops[most]) if most else None
    return {"day": str(day), **sums, "most_stopped_at": stop}


class SampleTruth:
    """The expected incidents of a sample. Call `add` for each day with logs, then `write`."""

    def __init__(self, faults: Faults, first_day: date, days: int) -> None:
        self._faults = faults
        self._first_day = first_day
        self._days = days
        self._rows: dict[int, list[tuple[Any, ...]]] = {}
        self._sign_ins: dict[int, list[tuple[str, int, int]]] = {}

    def add(self, day: int, requests: list[tuple[str, str, int, int, int, int]], sign_ins: Iterable[SignIns]) -> None:
        """Add the requests and sign-ins of a day, as `SampleRecords` returns them; days are counted from 0."""
        self._rows[day] = requests
        self._sign_ins[day] = [(row.app_key, row.sessions - row.cut, row.signed_in) for row in sign_ins]

    def incidents(self) -> list[dict[str, Any]]:
        """Return all incidents as of the sample's last day, sorted by first day."""
        found = [one for fault in self._faults.rates if (one := self._rate(fault))]
        if self._faults.missing_day is not None:
            found.append(self._missing(self._faults.missing_day))
        return sorted(found, key=lambda incident: str(incident["first_day"]))

    def write(self, path: Path, command: str, sign_ins: Mapping[str, Any], bills: Mapping[str, Any]) -> None:
        """Write a JSON file with all incidents, `sign_ins` (of the newest day) and `bills` (differences of billing).

        `command` makes the same sample again.
        """
        found = {"made_by": command, "incidents": self.incidents(), "sign_ins": sign_ins, **bills}
        text = json.dumps(found, ensure_ascii=False, indent=2)
        with whole_file(path) as temporary:
            temporary.write_text(f"{text}\n", "utf-8")

    def _rate(self, fault: PlantedFault) -> dict[str, Any] | None:
        """Return the incident of a fault. Return None if the rate has no requests on the days of the fault, or none on
        earlier days that no other fault affects.
        """
        last = self._days - 1 if fault.last is None else fault.last
        settled = fault.first + _SETTLED_DAYS - 1
        state = "settled" if last > settled else "open" if fault.last is None else "recovered"
        last = min(last, settled)
        others = [other for other in self._faults.rates if other is not fault and other.reaches(fault)]
        clean = [day for day in self._with_requests(fault, 0, fault.first - 1) if not any(o.is_on(day) for o in others)]
        during = self._with_requests(fault, fault.first, last)
        if not clean or not during:
            return None
        before = self._counts(fault, clean[-_BASELINE_DAYS:])
        newest, whole, end = (self._counts(fault, days) for days in (during[-_NEWEST_DAYS:], during, during[-1:]))
        return {
            "kind": "rate", "metric": fault.metric, "app_key": fault.app_key, "channel": fault.channel,
            "first_day": self._date(fault.first), "last_day": None if state == "open" else self._date(last),
            "state": state, "cause_kind": fault.cause_kind, "cause": fault.cause,
            "level_before": round(before.level, 6), "level_now": round(newest.level, 6),
            "lost": round(before.level * end.requests - end.successes, 1),
            "lost_total": round(before.level * whole.requests - whole.successes, 1),
        }  # fmt: skip

    def _missing(self, day: int) -> dict[str, Any]:
        return {
            "kind": "data", "metric": "missing_day", "app_key": ALL, "channel": ALL,
            "first_day": self._date(day), "last_day": self._date(day), "state": "recovered",
            "cause_kind": None, "cause": None,
            "level_before": None, "level_now": None, "lost": None, "lost_total": None,
        }  # fmt: skip

    def _with_requests(self, fault: PlantedFault, first: int, last: int) -> list[int]:
        return [day for day in range(first, last + 1) if self._counts(fault, [day]).requests]

    def _counts(self, fault: PlantedFault, days: Iterable[int]) -> _Counts:
        if fault.metric == SIGN_IN:
            signed = [row for day in days for row in self._sign_ins.get(day, []) if fault.app_key in (ALL, row[0])]
            return _Counts(sum(sessions for _, sessions, _ in signed), sum(signed_in for *_, signed_in in signed))
        place = _METRICS[fault.metric]
        found = [
            counts[place : place + 2]
            for day in days
            for app_key, channel, *counts in self._rows.get(day, [])
            if channel == fault.channel and fault.app_key in (ALL, app_key)
        ]
        return _Counts(sum(requests for requests, _ in found), sum(successes for _, successes in found))

    def _date(self, day: int) -> str:
        return str(self._first_day + timedelta(days=day))
