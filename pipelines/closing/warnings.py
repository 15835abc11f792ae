"""The warning checks of a data folder. Blocking checks (keys, books) raise where the fault is found.

A check examines the state of the data folder, not the run: it fails until its cause is removed. Deviations from
previous days are not checks: they are found in `incidents/`.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from pipelines.closing.billing_warnings import billing_warnings
from pipelines.closing.examined import closed_days, files_since_closing
from pipelines.closing.mappings import faults_of_sources
from pipelines.closing.registry_warnings import registry_checks
from pipelines.common.errors import AuthmeterError
from pipelines.common.text import COMMA, NO_TEXT, SEMICOLON, Bilingual, about, counted, listed, per_cent
from pipelines.contract.checks import FOLDER_CHECKS, CheckResult
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.incidents.usual.volumes import usual_records
from pipelines.reading.reasons.reasons import LOST_WITHIN, NO_HEADER, Reason, is_stored, words_of, words_of_damage
from pipelines.reading.reasons.unread import kinds_of
from pipelines.reading.sources.mapping_use import IDLE_WORDS, fault_words
from pipelines.store.manifest import FileEntry, Manifest

_MOST_FAULTS = 5
_MORE = Bilingual("等等，详见 authmeter check", "and more: see `authmeter check`")
_STILL_COUNTS = Bilingual("此前读取的内容仍计入", "the content read before still counts")
# The reason shown for files that were read by an older version, which stored no reason.
_NOT_KNOWN = Bilingual("可能是别的格式", "perhaps in another format")


def run_checks(
    manifest: Manifest, settings: Settings, registry: Registry, as_of: date, of_billing: Iterable[CheckResult] = ()
) -> list[CheckResult]:
    """Return the results of all warning checks as of a day, in the order of `FOLDER_CHECKS`.

    `of_billing` are the results of the checks of packages, consoles and bills; if empty, these checks pass.
    """
    of_folder = (
        damaged_files(manifest),
        _held_files(manifest),
        _unread_files(manifest, settings),
        _unreadable_folders(manifest),
        _source_mappings(manifest),
        *registry_checks(registry, as_of),
        _rejected_share(manifest, settings),
        *file_content_checks(manifest),
        _day_is_there(manifest, as_of),
        _unmapped_share(manifest, settings, as_of),
        *(of_billing or billing_warnings(None, settings, as_of)),
    )
    by_name = {result.check_name: result for result in of_folder}
    return [by_name[name] for name in FOLDER_CHECKS]


def refuse_short_day(manifest: Manifest, settings: Settings, as_of: date) -> None:
    """Stop a run that would close a day with less than `block_below_share` of its usual volume.

    Raises:
        AuthmeterError: there is such a day; nothing is published.
    """
    if not settings.block_below_share or (manifest.as_of and as_of <= manifest.as_of):
        return
    counted_by_day = {day: entry.counted for day, entry in manifest.days.items()}
    # Days that an earlier run closed stay closed.
    closed = [day for day in closed_days(manifest, as_of) if manifest.as_of is None or day > manifest.as_of]
    holidays = settings.holidays_among([*counted_by_day, *closed])
    for day in closed:
        usual, there = usual_records(day, counted_by_day, holidays), counted_by_day.get(day, 0)
        if usual and there < settings.block_below_share * usual:
            raise AuthmeterError(
                f"{day} has {counted(there, 'record')}, "
                f"{per_cent(there / usual, 0)} of the usual {about(usual)} on its weekday.",
                where=f"block_below_share = {settings.block_below_share:g} in authmeter.toml",
                why=f"Too little has arrived to publish {day}; the last good report stays published.",
                do="Deliver the rest and run again. If nothing is missing, set block_below_share to 0 for one run.",
            )


def _with_status(manifest: Manifest, status: str) -> dict[str, str | None]:
    """Return the findings on all files that have this status and still exist, by path."""
    return {entry.path: entry.finding for entry in manifest.files if entry.status == status and not entry.is_gone}


def damaged_files(manifest: Manifest) -> CheckResult:
    """Return the check of files that were refused as a whole: the fault of each, and whether the content read under its
    path before still counts.
    """
    counting = {entry.path for entry in manifest.live_files()}
    named = {
        path: SEMICOLON.join([words_of_damage(finding), *([_STILL_COUNTS] if path in counting else [])])
        for path, finding in _with_status(manifest, "damaged").items()
    }
    return _named_files("damaged_files", named, Bilingual("均不计入", "damaged and not counted"))


def _held_files(manifest: Manifest) -> CheckResult:
    # The finding lists the days that would lose records, and how many.
    files = sorted(_with_status(manifest, "held").items())
    paths = listed([f"{path} ({finding})" if finding else path for path, finding in files])
    detail = Bilingual(
        f"{len(files)} 个文件待确认，用 authmeter accept PATH 放行前不计入，否则已关闭的日期会减少记录：{paths}",
        f"{counted(len(files), 'file')} held until `authmeter accept PATH`, because closed days would lose records: "
        f"{paths}",
    )
    return CheckResult.of("held_files", files, detail)


def _named_files(check: str, files: Mapping[str, Bilingual], text: Bilingual) -> CheckResult:
    """Return the result of a check that fails if `files`, the words about each file by path, is not empty.

    The text of the result has the number of files, then `text`, then the paths, grouped by these words.
    """
    by_words: dict[Bilingual, list[str]] = {}
    for path, words in sorted(files.items()):
        by_words.setdefault(words, []).append(path)
    of_words = Bilingual("{paths}（{words}）", "{paths} ({words})")
    named = SEMICOLON.join(of_words.format(paths=listed(paths), words=words) for words, paths in by_words.items())
    number = Bilingual(f"{len(files)} 个文件", f"{counted(len(files), 'file')} ")
    detail = Bilingual("{number}{text}：{named}", "{number}{text}: {named}").format(
        number=number, text=text, named=named
    )
    return CheckResult.of(check, files, detail)


def _unread_files(manifest: Manifest, settings: Settings) -> CheckResult:
    by_path = kinds_of(manifest, settings.ignore)
    named = {path: kind for path, kind in by_path.items() if kind}
    return _named_files("unread_files", named, Bilingual("没有来源读取", "read by no source"))


def _unreadable_folders(manifest: Manifest) -> CheckResult:
    folders = manifest.unreadable
    if folders == ["."]:
        landing = Bilingual("文件夹 landing 无法读取", "The folder landing cannot be read")
        return CheckResult.of("unreadable_folders", folders, landing)
    detail = Bilingual(
        f"landing 下有 {len(folders)} 个文件夹无法读取：{listed(folders)}",
        f"{counted(len(folders), 'folder')} under landing cannot be read: {listed(folders)}",
    )
    return CheckResult.of("unreadable_folders", folders, detail)


def _source_mappings(manifest: Manifest) -> CheckResult:
    words = {
        source: list(map(fault_words, faults[:_MOST_FAULTS])) + ([_MORE] if len(faults) > _MOST_FAULTS else [])
        for source, faults in faults_of_sources(manifest).items()
    } | {source: [IDLE_WORDS] for source in manifest.idle_sources}
    of_source = Bilingual("来源 {source}：{words}", "source {source}: {words}")
    named = (of_source.format(source=source, words=COMMA.join(words[source])) for source in sorted(words))
    return CheckResult.of("source_mappings", words, SEMICOLON.join(named))


def _rejected_share(manifest: Manifest, settings: Settings) -> CheckResult:
    """Return the check of the share of rejected records in the files of `files_since_closing`, all files together."""
    # Older files are left out, so that an old bad file does not warn forever. All runs since the last closing count
    # together, so that a good file of a later run does not hide a bad one.
    latest = files_since_closing(manifest)
    read, rejected = sum(entry.records_read for entry in latest), sum(entry.rejected for entry in latest)
    share = rejected / read if read else 0.0
    detail = Bilingual(
        f"最新文件的 {read:,} 条记录中拒收 {rejected:,} 条（{per_cent(share, 2)}）",
        f"{rejected:,} of {counted(read, 'record')} in the newest files rejected ({per_cent(share, 2)})",
    )
    return CheckResult("rejected_share", share <= settings.rejected_warn_share, detail)


def file_content_checks(manifest: Manifest) -> tuple[CheckResult, CheckResult]:
    """Return the checks `nothing_accepted` and `mostly_rejected`, which list files with the likely reasons.

    They examine the files that `files_since_closing` returns, or all live files if no file has an accepted record.
    Files that are no longer in landing are left out.
    """
    is_barren = not any(entry.accepted for entry in manifest.files)
    there = [e for e in (manifest.live_files() if is_barren else files_since_closing(manifest)) if not e.is_gone]
    # Other files of the source may have records that its `where` keeps.
    productive = {entry.source for entry in manifest.files if entry.records_read}
    fruitless = [
        entry
        for entry in there
        if entry.is_fruitless and (is_barren or entry.is_large_enough_to_warn)
        and (
            entry.records_read or not entry.skipped or entry.source not in productive
            or is_stored(entry.finding, LOST_WITHIN) or is_stored(entry.finding, NO_HEADER)
        )
    ]  # fmt: skip
    rejected = [entry for entry in there if entry.is_mostly_rejected and entry.is_large_enough_to_warn]
    return (
        _named_files("nothing_accepted", _reasons(fruitless), Bilingual("没有一条有效记录", "without a valid record")),
        _named_files(
            "mostly_rejected",
            _reasons(rejected),
            Bilingual("过半记录被拒收", "with more rejected than accepted records"),
        ),
    )


def _reasons(entries: list[FileEntry]) -> dict[str, Bilingual]:
    return {entry.path: _reason(entry) for entry in entries}


def _reason(entry: FileEntry) -> Bilingual:
    if entry.skipped and not entry.records_read and not entry.finding:
        return words_of(Reason("where", entry.source).stored)
    return words_of(entry.finding) if entry.finding else _NOT_KNOWN


def _day_is_there(manifest: Manifest, as_of: date) -> CheckResult:
    there = as_of in manifest.days
    # If the folder never had a record, it is probably the wrong one, or the logs are delivered elsewhere.
    never = NO_TEXT if manifest.days else Bilingual("，此前任何一天也没有", ", or for any earlier day")
    missing = Bilingual("{day} 没有任何记录送达{never}", "no records arrived for {day}{never}")
    detail = Bilingual("{day} 有记录", "{day} has records") if there else missing
    return CheckResult("day_is_there", there, detail.format(day=str(as_of), never=never), as_of)


def _unmapped_share(manifest: Manifest, settings: Settings, as_of: date) -> CheckResult:
    entry = manifest.days.get(as_of)
    share = entry.unmapped / entry.counted if entry and entry.counted else 0.0
    count = entry.unmapped if entry else 0
    detail = Bilingual(
        f"{count:,} 条记录的结果码不在字典中（{per_cent(share, 2)}）",
        f"{counted(count, 'record')} with a code that the dictionary lacks ({per_cent(share, 2)})",
    )
    return CheckResult("unmapped_share", share <= settings.unmapped_warn_share, detail, as_of)
