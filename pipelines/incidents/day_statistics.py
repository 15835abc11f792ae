"""The checks that compare a day with the norm of its weekday, as results in both languages.

Lives here: what each says. Its name and its advice are in `contract/checks.py`; what is unusual is found in
`detectors/`; which days are examined is the business of `closing/examined.py`.
"""

from collections.abc import Callable, Iterable, Set
from datetime import date
from statistics import median

from pipelines.common.days import skipped_hours
from pipelines.common.text import about, counted
from pipelines.contract.checks import CHECKS, STATISTICS, CheckResult
from pipelines.contract.settings import Settings
from pipelines.incidents.detectors.copied_days import copied_days
from pipelines.incidents.detectors.mean_time_of_day import unusual_mean_times
from pipelines.incidents.detectors.missing_deliveries import missing_deliveries
from pipelines.incidents.detectors.shrunken_files import shrunken_files
from pipelines.incidents.detectors.swapped_owners import swapped_owners
from pipelines.incidents.detectors.unusual_hours import unusual_hours
from pipelines.incidents.detectors.unusual_levels import unusual_copies, unusual_devices, unusual_latencies
from pipelines.incidents.detectors.unusual_parts import unusual_parts
from pipelines.incidents.detectors.unusual_shares import unusual_shares
from pipelines.incidents.findings import Basis, Finding, describe, too_few
from pipelines.incidents.norms import MIN_DAYS, YOUNG_DAYS, history
from pipelines.incidents.profiles import Profiles, with_others
from pipelines.incidents.share_cuts import ANSWERS, FIELDS, HOURS, LATENCIES, MAKE_UP, VALUES, WHOLES
from pipelines.incidents.volumes import Volume, volume, young_volume
from pipelines.store.manifest import Manifest

# Over so many days it is looked at how much of a day is there when it is closed.
_DAYS_OF_ON_TIME = 14


def statistics(manifest: Manifest, settings: Settings, day: date, profiles: Profiles) -> list[CheckResult]:
    """What compares a day with the norm of its weekday, one result for each check."""
    before = history(day, manifest.days)
    if len(before) < MIN_DAYS or day not in manifest.days:
        zh, en = too_few(len(before), MIN_DAYS) if day in manifest.days else (f"{day} 没有记录", f"{day} has no record")
        silent = {name: CheckResult(name, True, en, zh, day) for name in STATISTICS}
        # Of a young folder these two find the coarsest, without a norm.
        silent["missing_delivery"] = _delivery(manifest, day)
        if day in manifest.days:
            silent["volume_jump"] = _volume_jump(manifest, settings, day)
        return list(silent.values())
    basis = Basis(len(before), min(before))
    profiles = with_others(day, profiles if profiles.get(day) else {**profiles, day: {}})
    on_time, delivery = _on_time_share(manifest, day), _delivery(manifest, day)
    shifts: dict[str, Iterable[Finding]] = {
        "hour_shift": _hours(day, profiles, on_time, skipped_hours(day, settings.timezone)),
        "mix_shift": [
            *(unusual_parts(day, profiles, on_time) or unusual_shares(day, profiles, WHOLES)),
            *unusual_shares(day, profiles, MAKE_UP),
            # A file that did not come is reported by its name, and the rest of its set then has other shares.
            *(shrunken_files(day, profiles) if delivery.passed else []),
            *swapped_owners(day, profiles),
        ],
        "outcome_shift": unusual_shares(day, profiles, ANSWERS),
        "field_shift": [
            *unusual_shares(day, profiles, FIELDS),
            *unusual_shares(day, profiles, VALUES),
            *unusual_devices(day, profiles),
        ],
        "latency_shift": list(unusual_latencies(day, profiles)) or unusual_shares(day, profiles, LATENCIES),
    }
    return [
        _volume_jump(manifest, settings, day),
        delivery,
        *(_shift(name, day, basis, found) for name, found in shifts.items()),
        _duplicate_share(manifest, day),
    ]


def _hours(day: date, profiles: Profiles, on_time: float, skipped: Set[int]) -> list[Finding]:
    """What is odd about the hours, from the plainest to what only the sum of many records shows."""
    of_day = sum(profiles[day].get(("hour", ""), {}).values())
    # What may all be late is not lost.
    least = 2 * of_day * (1 - on_time) / on_time
    return (
        [*copied_days(day, profiles), *unusual_hours(day, profiles, on_time, skipped)]
        or unusual_shares(day, profiles, HOURS, least)
        or list(unusual_mean_times(day, profiles, on_time))
    )


def _advice(name: str) -> tuple[str, str]:
    """What a finding ends with, in Chinese and in English."""
    return CHECKS[name].advice_zh, CHECKS[name].advice_en


def _shift(name: str, day: date, basis: Basis, found: Iterable[Finding]) -> CheckResult:
    findings = list(found)
    if not findings:
        return CheckResult(name, True, "as usual", "与平时一致", day)
    zh, en = describe(findings, basis, *_advice(name))
    return CheckResult(name, False, en, zh, day)


def counted_by_day(manifest: Manifest) -> dict[date, int]:
    """The records of each day, copies left out."""
    return {day: entry.counted for day, entry in manifest.days.items()}


def volume_of(manifest: Manifest, settings: Settings, day: date) -> Volume | None:
    """How a day stands beside the usual volume of its weekday; None where too few days came before."""
    return _volume_by(volume, manifest, settings, day)


def _volume_by(judge: Callable[..., Volume | None], manifest: Manifest, settings: Settings, day: date) -> Volume | None:
    factor, on_time = 1 + settings.jump_warn_ratio, _on_time_share(manifest, day)
    return judge(day, counted_by_day(manifest), factor, on_time, any_weekday=day in settings.holidays)


def _volume_jump(manifest: Manifest, settings: Settings, day: date) -> CheckResult:
    stands = volume_of(manifest, settings, day) or _volume_by(young_volume, manifest, settings, day)
    if stands is None:
        zh, en = too_few(len(history(day, manifest.days)), YOUNG_DAYS)
        return CheckResult("volume_jump", True, en, zh, day)
    records = manifest.days[day].counted
    zh, en = (
        f"{records:,} 条记录，平时约 {about(stands.usual)} 条（{stands.ratio:.0%}）",
        (f"{counted(records, 'record')}, usually some {about(stands.usual)} ({stands.ratio:.0%})"),
    )
    if stands.is_unusual:
        zh, en = describe([Finding(zh, en, records)], stands.basis, *_advice("volume_jump"))
    return CheckResult("volume_jump", not stands.is_unusual, en, zh, day)


def _delivery(manifest: Manifest, day: date) -> CheckResult:
    found = list(missing_deliveries(manifest, day))
    before = history(day, manifest.days)
    if len(before) < YOUNG_DAYS:
        zh, en = too_few(len(before), YOUNG_DAYS)
        return CheckResult("missing_delivery", True, en, zh, day)
    if not found:
        return CheckResult("missing_delivery", True, "all that comes daily is there", "每日应到的都已送达", day)
    basis = Basis(len(before), min(before), has_norm=len(before) >= MIN_DAYS)
    zh, en = describe(found, basis, *_advice("missing_delivery"))
    return CheckResult("missing_delivery", False, en, zh, day)


def _duplicate_share(manifest: Manifest, day: date) -> CheckResult:
    copies = unusual_copies(day, manifest.days)
    if copies is None:
        zh, en = too_few(len(history(day, manifest.days)), MIN_DAYS)
        return CheckResult("duplicate_share", True, en, zh, day)
    now, usual, basis = copies
    zh, en = f"重复 {now:.1%}，平时 {usual:.1%}", f"{now:.1%} copies, usually {usual:.1%}"
    if basis:
        zh, en = describe([Finding(zh, en, 1)], Basis(basis.days, basis.since), *_advice("duplicate_share"))
    return CheckResult("duplicate_share", basis is None, en, zh, day)


def _on_time_share(manifest: Manifest, day: date) -> float:
    """The share of a usual day's records that is there when the day is closed; 1 for a day that got late records."""
    late = manifest.late_records
    before = history(day, manifest.days)
    newest = [other for other in sorted(before)[-_DAYS_OF_ON_TIME:] if before[other].accepted]
    if late[day] or not newest:
        return 1.0
    return median(max(1 - late[other] / before[other].accepted, 0.01) for other in newest)
