"""The checks between the boxes. Structure and books block (they raise where they are found); these here warn.

A check looks at the state of the data folder, not at the run: it fires until its cause is gone. The statistics look at
the days that the last publication closed; what is usual and what is not is found in `unusual*.py` and `deliveries.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from pipelines.deliveries import missing_deliveries
from pipelines.errors import AuthmeterError
from pipelines.findings import Basis, Finding, about, told, too_few
from pipelines.landing import shown
from pipelines.norms import MIN_DAYS, history
from pipelines.profiles import NO_PROFILES, Profiles, judged_days, read_profiles
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.store import Manifest, Store
from pipelines.unusual import FIELDS, MIX, OUTCOMES, mixed_up, unusual_parts
from pipelines.unusual_hours import unusual_hours
from pipelines.unusual_levels import Volume, unusual_copies, unusual_devices, unusual_latencies, volume

# Over so many days it is looked at how much of a day is there when it is closed.
_DAYS_OF_ON_TIME = 14


@dataclass(frozen=True)
class CheckResult:
    """One check's finding, in both languages; `day` None: of the data folder as a whole."""

    check_name: str
    passed: bool
    detail_en: str
    detail_zh: str
    day: date | None = None
    severity: str = "warn"


def run_checks(
    manifest: Manifest, settings: Settings, registry: Registry, as_of: date, profiles: Profiles = NO_PROFILES
) -> list[CheckResult]:
    """All warning checks, of the data as of a day, in a fixed order.

    Of days that were closed together with `as_of`, only what is unusual is told.

    Args:
        profiles: those of the judged days and the days before; without them only the books are looked at.
    """
    *earlier, newest = judged_days(manifest, as_of)
    return [
        _files_with_status(manifest, "damaged", "cut or corrupt, to be delivered again", "损坏，需重新投递"),
        _files_with_status(
            manifest, "held", "held back: `authmeter accept PATH` takes it", "搁置：用 authmeter accept PATH 放行"
        ),
        _unreadable_folders(manifest),
        _registry_rows(registry),
        _rejected_share(manifest, settings),
        _nothing_accepted(manifest),
        _day_is_there(manifest, as_of),
        _unmapped_share(manifest, settings, as_of),
        *_statistics(manifest, settings, newest, profiles),
        *(result for day in earlier for result in _statistics(manifest, settings, day, profiles) if not result.passed),
    ]


def checks_of(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, as_of: date
) -> list[CheckResult]:
    """All warning checks of a data folder, with the profiles of its days."""
    profiles = read_profiles(store, manifest, settings, judged_days(manifest, as_of))
    return run_checks(manifest, settings, registry, as_of, profiles)


def hold_back(manifest: Manifest, settings: Settings, as_of: date) -> None:
    """Stops a run that would close a day with less than `block_below_share` of its usual volume.

    Raises:
        AuthmeterError: such a day is to be closed; nothing is published.
    """
    if not settings.block_below_share or (manifest.as_of and as_of <= manifest.as_of):
        return
    for day in judged_days(manifest, as_of):
        stands = _volume(manifest, settings, day)
        if stands and stands.ratio < settings.block_below_share:
            raise AuthmeterError(
                f"{day} has {_counted(manifest).get(day, 0):,} records, {stands.ratio:.0%} of the "
                f"{about(stands.usual)} that are usual on its weekday.",
                where=f"block_below_share = {settings.block_below_share:g} in authmeter.toml",
                why=f"Too little has arrived to publish {day}; the last good report still stands.",
                do="Deliver the rest and run again. If this is all there is: set block_below_share to 0 for one run.",
            )


def _listed(paths: list[str]) -> str:
    return ", ".join(map(shown, paths[:5])) + (f" … (+{len(paths) - 5})" if len(paths) > 5 else "")


def _files_with_status(manifest: Manifest, status: str, text_en: str, text_zh: str) -> CheckResult:
    paths = sorted(entry.path for entry in manifest.files if entry.status == status and not entry.is_gone)
    if not paths:
        return CheckResult(f"{status}_files", True, "none", "无")
    return CheckResult(
        f"{status}_files",
        False,
        f"{len(paths)} files {text_en}: {_listed(paths)}",
        f"{len(paths)} 个文件{text_zh}：{_listed(paths)}",
    )


def _unreadable_folders(manifest: Manifest) -> CheckResult:
    folders = manifest.unreadable
    if not folders:
        return CheckResult("unreadable_folders", True, "none", "无")
    return CheckResult(
        "unreadable_folders",
        False,
        f"{len(folders)} folders under landing that cannot be read: {_listed(folders)}",
        f"landing 下有 {len(folders)} 个文件夹无法读取：{_listed(folders)}",
    )


def _registry_rows(registry: Registry) -> CheckResult:
    places = [f"{problem.path}:{problem.line} {problem.reason}" for problem in registry.problems]
    if not places:
        return CheckResult("registry_rows", True, "all rows are good", "全部有效")
    return CheckResult(
        "registry_rows", False, f"{len(places)} bad rows: {_listed(places)}", f"{len(places)} 行无效：{_listed(places)}"
    )


def _rejected_share(manifest: Manifest, settings: Settings) -> CheckResult:
    """Of the files that came last: an old bad file must not warn for ever."""
    live = manifest.live_files()
    newest = max((entry.first_read_at for entry in live), default=None)
    latest = [entry for entry in live if entry.first_read_at == newest]
    read, rejected = sum(entry.records_read for entry in latest), sum(entry.rejected for entry in latest)
    share = rejected / read if read else 0.0
    return CheckResult(
        "rejected_share", share <= settings.rejected_warn_share,
        f"{rejected} of {read} records of the newest files rejected ({share:.2%})",
        f"最新文件的 {read} 条记录中拒收 {rejected} 条（{share:.2%}）",
    )  # fmt: skip


def _nothing_accepted(manifest: Manifest) -> CheckResult:
    """Whole files without one good record: in the share of rejected records, a small one would not be seen."""
    paths = sorted(entry.path for entry in manifest.files if entry.is_fruitless and not entry.is_gone)
    if not paths:
        return CheckResult("nothing_accepted", True, "none", "无")
    return CheckResult(
        "nothing_accepted",
        False,
        f"{len(paths)} files without one good record, perhaps of another format: {_listed(paths)}",
        f"{len(paths)} 个文件没有一条有效记录，可能是别的格式：{_listed(paths)}",
    )


def _day_is_there(manifest: Manifest, as_of: date) -> CheckResult:
    there = as_of in manifest.days or not manifest.days
    return CheckResult(
        "day_is_there", there,
        f"{as_of} has records" if there else f"no record of {as_of} was delivered",
        f"{as_of} 有记录" if there else f"{as_of} 没有任何记录送达",
        as_of,
    )  # fmt: skip


def _unmapped_share(manifest: Manifest, settings: Settings, as_of: date) -> CheckResult:
    entry = manifest.days.get(as_of)
    share = entry.unmapped / entry.counted if entry and entry.counted else 0.0
    count = entry.unmapped if entry else 0
    return CheckResult(
        "unmapped_share", share <= settings.unmapped_warn_share,
        f"{count} records have a code that the dictionary lacks ({share:.2%})",
        f"{count} 条记录的结果码不在码表中（{share:.2%}）",
        as_of,
    )  # fmt: skip


def _statistics(manifest: Manifest, settings: Settings, day: date, profiles: Profiles) -> list[CheckResult]:
    """What compares a day with the norm of its weekday, one result for each check."""
    before = history(day, manifest.days)
    if len(before) < MIN_DAYS or day not in manifest.days:
        zh, en = too_few(len(before), MIN_DAYS) if day in manifest.days else (f"{day} 没有记录", f"{day} has no record")
        silent = [CheckResult(name, True, en, zh, day) for name in STATISTICS]
        if day in manifest.days:
            return silent
        return [_delivery(manifest, day) if one.check_name == "missing_delivery" else one for one in silent]
    basis = Basis(len(before), min(before))
    profiles = profiles if profiles.get(day) else {**profiles, day: {}}
    on_time = _on_time_share(manifest, day)
    shifts: dict[str, Iterable[Finding]] = {
        "hour_shift": unusual_hours(day, profiles),
        "mix_shift": [*unusual_parts(day, profiles, MIX, on_time), *mixed_up(day, profiles)],
        "outcome_shift": unusual_parts(day, profiles, OUTCOMES),
        "field_shift": [*unusual_parts(day, profiles, FIELDS), *unusual_devices(day, profiles)],
        "latency_shift": unusual_latencies(day, profiles),
    }
    return [
        _volume_jump(manifest, settings, day),
        _delivery(manifest, day),
        *(_shift(name, day, basis, found) for name, found in shifts.items()),
        _duplicate_share(manifest, day),
    ]


STATISTICS = (
    "volume_jump", "missing_delivery", "hour_shift", "mix_shift", "outcome_shift", "field_shift", "latency_shift",
    "duplicate_share",
)  # fmt: skip


# What to do about a shift, in Chinese and in English.
_TO_DO = {
    "hour_shift": (
        "核对时钟和时区、日志轮转；改正后以原路径重新投递。",
        "Check clocks, time zones and log rotation; deliver mended files under their paths.",
    ),
    "mix_shift": (
        "核对该部分的日志是否送达、是否重复、是否混入别处流量。",
        "See whether its logs came, came twice, or are of another environment.",
    ),
    "outcome_shift": (
        "核对供应商与运营商状态、结果码写法。",
        "Look at the vendor and the carrier, and at how results are logged.",
    ),
    "field_shift": (
        "核对日志是否还写这些字段、编号是否真实、文件是否换号重投。",
        "See whether the log still has these fields, whether ids are real, whether files came again under new ids.",
    ),
    "latency_shift": ("核对时延单位与网络。", "Look at the unit of latencies, and at the network."),
}


def _shift(name: str, day: date, basis: Basis, found: Iterable[Finding]) -> CheckResult:
    findings = list(found)
    if not findings:
        return CheckResult(name, True, "as usual", "与常态一致", day)
    zh, en = told(findings, basis, *_TO_DO[name])
    return CheckResult(name, False, en, zh, day)


def _counted(manifest: Manifest) -> dict[date, int]:
    return {day: entry.counted for day, entry in manifest.days.items()}


def _volume(manifest: Manifest, settings: Settings, day: date) -> Volume | None:
    factor, on_time = 1 + settings.jump_warn_ratio, _on_time_share(manifest, day)
    return volume(day, _counted(manifest), factor, on_time, any_weekday=day in settings.holidays)


def _volume_jump(manifest: Manifest, settings: Settings, day: date) -> CheckResult:
    stands = _volume(manifest, settings, day)
    if stands is None:
        zh, en = too_few(len(history(day, manifest.days)), MIN_DAYS)
        return CheckResult("volume_jump", True, en, zh, day)
    records, basis = manifest.days[day].counted, Basis(stands.basis.days, stands.basis.since)
    zh, en = (
        f"{records:,} 条记录，平时约 {about(stands.usual)} 条（{stands.ratio:.0%}）",
        (f"{records:,} records, usually some {about(stands.usual)} ({stands.ratio:.0%})"),
    )
    if stands.is_unusual:
        found = [Finding(zh, en, records)]
        zh, en = told(
            found,
            basis,
            "核对是否漏送，或换号重复投递。",
            "See whether a delivery is missing or came twice under new ids.",
        )
    return CheckResult("volume_jump", not stands.is_unusual, en, zh, day)


def _delivery(manifest: Manifest, day: date) -> CheckResult:
    found = list(missing_deliveries(manifest, day))
    before = history(day, manifest.days)
    if not found or len(before) < MIN_DAYS:
        return CheckResult("missing_delivery", True, "all that comes daily is there", "每日应到的都已送达", day)
    zh, en = told(found, Basis(len(before), min(before)), "请补送。", "Deliver what is missing.")
    return CheckResult("missing_delivery", False, en, zh, day)


def _duplicate_share(manifest: Manifest, day: date) -> CheckResult:
    copies = unusual_copies(day, manifest.days)
    if copies is None:
        zh, en = too_few(len(history(day, manifest.days)), MIN_DAYS)
        return CheckResult("duplicate_share", True, en, zh, day)
    now, usual, basis = copies
    zh, en = f"重复 {now:.1%}，平时 {usual:.1%}", f"{now:.1%} copies, usually {usual:.1%}"
    if basis:
        zh, en = told(
            [Finding(zh, en, 1)], Basis(basis.days, basis.since),
            "若文件重复投递，数字无误；若 event_id 被重复使用，则有记录丢失。",
            "Where files came twice, the numbers are right; where an event_id was used again, records are lost.",
        )  # fmt: skip
    return CheckResult("duplicate_share", basis is None, en, zh, day)


def _on_time_share(manifest: Manifest, day: date) -> float:
    """The share of a usual day's records that is there when the day is closed; 1 for a day that got late records."""
    late: dict[date, int] = {}
    for entry in manifest.live_files():
        for other, rows in entry.days.items():
            late[other] = late.get(other, 0) + rows.late
    before = history(day, manifest.days)
    newest = [other for other in sorted(before)[-_DAYS_OF_ON_TIME:] if before[other].accepted]
    if late.get(day) or not newest:
        return 1.0
    return median(max(1 - late.get(other, 0) / before[other].accepted, 0.01) for other in newest)
