"""The checks between the boxes. Structure and books block (they raise where they are found); these here warn.

A check looks at the state of the data folder, not at the run: it fires until its cause is gone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.store import Manifest

# Fewer earlier days than this are no usual volume.
_MIN_DAYS_OF_MEDIAN = 3


@dataclass(frozen=True)
class CheckResult:
    """One check's finding, in both languages; `day` None: of the data folder as a whole."""

    check_name: str
    passed: bool
    detail_en: str
    detail_zh: str
    day: date | None = None
    severity: str = "warn"


def run_checks(manifest: Manifest, settings: Settings, registry: Registry, as_of: date) -> list[CheckResult]:
    """All warning checks, of the data as of a day, in a fixed order."""
    return [
        _files_with_status(manifest, "damaged", "cut or corrupt, to be delivered again", "损坏，需重新投递"),
        _files_with_status(
            manifest, "held", "held back: `authmeter accept PATH` takes it", "暂扣：用 authmeter accept PATH 放行"
        ),
        _unreadable_folders(manifest),
        _registry_rows(registry),
        _rejected_share(manifest, settings),
        _day_is_there(manifest, as_of),
        _unmapped_share(manifest, settings, as_of),
        _volume_jump(manifest, settings, as_of),
    ]


def _listed(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (f" … (+{len(paths) - 5})" if len(paths) > 5 else "")


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


def _volume_jump(manifest: Manifest, settings: Settings, as_of: date) -> CheckResult:
    entry = manifest.days.get(as_of)
    before = [manifest.days[day].counted for n in range(1, 8) if (day := as_of - timedelta(days=n)) in manifest.days]
    if entry is None or len(before) < _MIN_DAYS_OF_MEDIAN:
        return CheckResult("volume_jump", True, "too few days to compare", "可比天数不足", as_of)
    usual = median(before)
    change = entry.counted / usual - 1
    return CheckResult(
        "volume_jump", abs(change) <= settings.jump_warn_ratio,
        f"{entry.counted} records, 7-day median {usual:g} ({change:+.1%})",
        f"{entry.counted} 条记录，近 7 日中位数 {usual:g}（{change:+.1%}）",
        as_of,
    )  # fmt: skip
