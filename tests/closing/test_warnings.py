"""Each warning check fires if its cause exists, and passes if not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.closing.warnings import refuse_short_day, run_checks
from pipelines.common.errors import AuthmeterError
from pipelines.contract.checks import FOLDER_CHECKS, CheckResult
from pipelines.contract.registry.accounts import AccountRow
from pipelines.contract.registry.packages import Package, Packages
from pipelines.contract.registry.registry import Registry
from pipelines.contract.registry.row_files import Problem
from pipelines.contract.registry.statements import Bill, BillKey, ConsoleKey, ProviderStatements
from pipelines.contract.settings.settings import Settings
from pipelines.store.manifest import DayEntry, FileEntry, Manifest, Status
from reports.content.wording.language import catalogue
from reports.content.wording.words import REASON_WORDS
from tests.support import DAY, finding

DAWN = datetime(2026, 1, 1, tzinfo=UTC)


def file(
    path: str = "a.ndjson", status: Status = "read", *, read: int = 100, rejected: int = 0, at: str = "t1",
    closed: date | None = None,
) -> FileEntry:  # fmt: skip
    return FileEntry(
        path=path, sha256=path, bytes=1, stamp="", source="canonical", status=status, first_read_at=at,
        closed_through=closed,
        records_read=read, accepted=read - rejected, rejected=rejected,
    )  # fmt: skip


def entry(counted: int = 100, unmapped: int = 0) -> DayEntry:
    return DayEntry(
        folder="", content="", fingerprint="", parts=[], accepted=counted, counted=counted, unmapped=unmapped
    )


def days(*counted: int) -> dict[date, DayEntry]:
    """Return the entries of the days up to the as-of from their counts, oldest first; 0 is a missing day."""
    return {DAY - timedelta(days=back): entry(count) for back, count in enumerate(reversed(counted)) if count}


def check(
    name: str, manifest: Manifest, registry: Registry | None = None, settings: Settings | None = None
) -> CheckResult:
    return finding(run_checks(manifest, settings or Settings(), registry or Registry(), DAY), name)


def test_a_sound_folder_passes_every_check() -> None:
    results = run_checks(Manifest(files=[file()], days=days(100, 100, 100, 100)), Settings(), Registry(), DAY)
    assert [result.check_name for result in results] == list(FOLDER_CHECKS)
    assert all(result.passed for result in results)


def test_in_an_empty_folder_only_that_nothing_came_fires() -> None:
    (fired,) = [result for result in run_checks(Manifest(), Settings(), Registry(), DAY) if not result.passed]
    assert fired.check_name == "day_is_there"
    assert fired.detail.en == f"no records arrived for {DAY}, or for any earlier day"


@pytest.mark.parametrize(
    "result", run_checks(Manifest(), Settings(), Registry(), DAY), ids=lambda result: result.check_name
)
def test_every_check_tells_its_finding_in_both_languages(result: CheckResult) -> None:
    assert result.detail.en
    assert result.detail.zh
    assert result.detail.zh != result.detail.en
    assert result.severity == "warn"


@pytest.mark.parametrize(("name", "status"), [("damaged_files", "damaged"), ("held_files", "held")])
def test_a_damaged_or_held_file_fires_and_is_named(name: str, status: Status) -> None:
    result = check(name, Manifest(files=[file("good.ndjson"), file("bad.ndjson", status)]))
    assert not result.passed
    assert "bad.ndjson" in result.detail.en
    assert "good.ndjson" not in result.detail.en
    assert check(name, Manifest(files=[file("good.ndjson"), file("old.ndjson", "replaced")])).passed


def test_a_held_file_is_called_in_chinese_as_the_pages_call_it() -> None:
    result = check("held_files", Manifest(files=[file("less.ndjson", "held")]))
    assert result.detail.zh.startswith(f"1 个文件{catalogue('zh')['Held']}，")


def test_many_files_are_counted_and_not_all_listed() -> None:
    result = check("damaged_files", Manifest(files=[file(f"{number:02}.gz", "damaged") for number in range(30)]))
    assert result.detail.en.startswith("30 files")
    assert "04.gz … (+25)" in result.detail.en


def test_a_bad_registry_row_fires_with_its_place() -> None:
    registry = Registry(problems=[Problem("registry/apps.csv", 7, "invalid:platform", "row")])
    result = check("registry_rows", Manifest(), registry)
    assert not result.passed
    assert "registry/apps.csv:7 invalid:platform" in result.detail.en


def test_what_costs_no_row_is_counted_apart_from_bad_rows() -> None:
    column = Problem("registry/limits.csv", 1, "secret:token", "token", costs_row=False)
    both = check(
        "registry_rows", Manifest(), Registry(problems=[Problem("registry/a.csv", 7, "malformed", ""), column])
    )
    assert (
        both.detail.en == "1 bad row: registry/a.csv:7 malformed; 1 other finding: registry/limits.csv:1 secret:token"
    )
    assert both.detail.zh == "1 行无效：registry/a.csv:7 malformed；1 处其他问题：registry/limits.csv:1 secret:token"
    alone = check("registry_rows", Manifest(), Registry(problems=[column]))
    assert not alone.passed
    assert alone.detail.en == "1 other finding: registry/limits.csv:1 secret:token"


@pytest.mark.parametrize(
    ("reason", "en", "zh"),
    [
        ("not_utf_8", "not UTF-8: save the file as CSV UTF-8", "不是 UTF-8：请另存为 CSV UTF-8"),
        ("no_column:app_key", "no column app_key: the first line", "缺少列 app_key：首行为列名"),
        ("unreadable", "a folder without the right to read it", "文件夹无权读取"),
    ],
)
def test_what_is_wrong_with_a_file_of_the_registry_has_its_cure_in_both_languages(
    reason: str, en: str, zh: str
) -> None:
    registry = Registry(problems=[Problem("registry/apps.csv", 1, reason, "", costs_row=False)])
    result = check("registry_rows", Manifest(), registry)
    assert result.detail.en.startswith(f"1 other finding: registry/apps.csv:1 {en}")
    assert result.detail.zh.startswith(f"1 处其他问题：registry/apps.csv:1 {zh}")
    assert {reason.partition(":")[0]} <= REASON_WORDS.keys()


def test_an_account_that_no_app_has_is_named_with_its_file() -> None:
    bought = Packages(
        [Package(name, name, 1, DAWN, DAWN + timedelta(days=9)) for name in ("default", "corp", "by-rule")]
    )
    said = ProviderStatements(
        {
            ConsoleKey(DAY, "typo", "*", "number"): {"billed": 1},
            ConsoleKey(DAY, "of-app", "*", "number"): {"billed": 1},
        },
        {BillKey(date(2026, 2, 1), "corp", "number"): Bill(1, None, None)},
    )
    registry = Registry(
        apps=[{"app_key": "shop", "account_id": "of-app"}, {"app_key": "game", "account_id": None}],
        accounts=(AccountRow("*", "wechat", "by-rule"),), bought=bought, statements=said,
    )  # fmt: skip
    result = check("unknown_accounts", Manifest(), registry)
    # A package may be bought before the first app of its account logs.
    assert result.is_notice
    named = "corp (registry/resource_packages.csv), typo (registry/console), corp (registry/bills)"
    assert result.detail.en.endswith(f": {named}")
    assert result.detail.zh.endswith(f"：{named}")
    registry.apps[1]["account_id"] = "corp"
    del said.console[ConsoleKey(DAY, "typo", "*", "number")]
    assert check("unknown_accounts", Manifest(), registry).detail.en == "none"


def test_a_bill_of_a_month_that_is_not_over_is_named_until_it_is() -> None:
    months = (date(2026, 2, 1), date(2026, 3, 1), date(2062, 3, 1))
    bills = {BillKey(month, "default", "number"): Bill(1, None, None) for month in months}
    registry = Registry(statements=ProviderStatements({}, bills))

    def said(as_of: date) -> CheckResult:
        return finding(run_checks(Manifest(), Settings(), registry, as_of), "early_bills")

    assert said(date(2026, 3, 30)).detail.en == (
        "2 bills for a month that is not over by 2026-03-30, compared once it is: "
        "2026-03 default number, 2062-03 default number"
    )
    assert "2026-03 default number" not in said(date(2026, 3, 31)).detail.en
    assert said(date(2026, 3, 31)).is_notice
    assert not said(date(2062, 3, 31)).is_notice


def test_console_rows_of_days_to_come_are_noted_until_they_are_published() -> None:
    rows = [(DAY, "a", "number"), *((DAY + timedelta(days=1), name, "number") for name in "ba"), (DAY, "b", "number")]
    console = {ConsoleKey(day, name, "*", channel): {"billed": 1} for day, name, channel in rows}
    registry = Registry(statements=ProviderStatements(console, {}))
    noted = check("early_consoles", Manifest(), registry)
    assert noted.is_notice
    tomorrow = DAY + timedelta(days=1)
    assert noted.detail.en == (
        f"2 rows of a console for days after {DAY}, compared once these are published: {tomorrow} a, {tomorrow} b"
    )
    over = finding(run_checks(Manifest(), Settings(), registry, tomorrow), "early_consoles")
    assert (over.detail.en, over.severity) == ("none", "warn")


@pytest.mark.parametrize(("rejected", "passed"), [(0, True), (1, True), (2, False), (100, False)])
def test_too_many_rejects_fire(rejected: int, passed: bool) -> None:
    assert check("rejected_share", Manifest(files=[file(rejected=rejected)])).passed is passed


def test_shares_of_findings_are_rounded_as_on_the_pages() -> None:
    manifest = Manifest(files=[file(read=32, rejected=29)], days={DAY: entry(32, 29)})
    for name in ("rejected_share", "unmapped_share"):
        result = check(name, manifest)
        assert "90.63%" in result.detail.en
        assert "90.63%" in result.detail.zh


def test_rejects_are_examined_over_the_files_since_the_last_closing() -> None:
    def rejects(*files: FileEntry) -> CheckResult:
        return check("rejected_share", Manifest(files=list(files), closed_before=DAY - timedelta(days=1)))

    before = DAY - timedelta(days=2)
    assert rejects(file("old.ndjson", rejected=100, closed=before), file("new.ndjson", closed=DAY)).passed
    small_bad = file("small.ndjson", read=10, rejected=5, closed=DAY)
    assert rejects(small_bad, file("large.ndjson", read=1000, closed=DAY)).passed
    assert not rejects(small_bad, file("large.ndjson", read=100, closed=DAY)).passed


def test_a_later_good_file_does_not_silence_the_rejects_of_the_day() -> None:
    day_before = DAY - timedelta(days=1)
    files = [
        file("day.ndjson", read=1000, rejected=140, closed=day_before),
        file("small.ndjson", at="t2", closed=DAY),
    ]
    result = check("rejected_share", Manifest(files=files, closed_before=day_before))
    assert not result.passed
    assert "140 of 1,100 records" in result.detail.en
    # After the next day is closed, the check examines only the files since then.
    assert check("rejected_share", Manifest(files=files, closed_before=DAY)).passed


def mapped(path: str, *faults: str, source: str = "shop", read: int = 10, skipped: int = 0) -> FileEntry:
    return replace(
        file(path, read=0 if "where" in faults else read),
        source=source, skipped=read if "where" in faults else skipped, mapping_faults=list(faults),
    )  # fmt: skip


MAPPED = [
    ([mapped("a", "column devv")], "source shop: no record has the column devv"),
    ([mapped("a", "empty phone", "column devv")],
     "source shop: no record has the column devv, phone is empty in every record"),
    ([mapped("a", "where", "column kind")], "source shop: `where` keeps no record, no record has the column kind"),
    # A field can be empty by chance in a few records, so small files are examined together.
    ([mapped("a", "empty phone"), mapped("b")], None),
    ([mapped("a", "empty phone"), mapped("b", "empty carrier")], None),
    ([mapped("a", "empty phone"), mapped("b", "empty phone")], "source shop: phone is empty in every record"),
    ([mapped("a", "empty phone", read=100), mapped("b")], "source shop: phone is empty in every record"),
    ([mapped("a", "empty phone"), mapped("b", source="other", read=500)], "phone is empty in every record"),
    # A file in which `where` keeps no record is no fault if the mapping keeps records of another file.
    ([mapped("a", "where", "column kind", read=500), mapped("b")], None),
    ([mapped("a", "where", read=500), mapped("b", "empty phone")], "source shop: phone is empty in every record"),
    ([mapped("a", read=0), mapped("b", "where")], "source shop: `where` keeps no record"),
    ([mapped("a", *(f"empty field_{n}" for n in range(6)))], "and more: see `authmeter check`"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), MAPPED)
def test_what_a_mapping_cannot_mean_fires(files: list[FileEntry], words: str | None) -> None:
    result = check("source_mappings", Manifest(files=files))
    assert result.passed is (words is None)
    assert (words or "none") in result.detail.en


def test_a_mapping_that_no_file_is_for_fires() -> None:
    result = check("source_mappings", Manifest(idle_sources=["gateway"]))
    assert not result.passed
    assert result.detail.en.startswith("source gateway: it reads no file")


def test_a_missing_newest_day_fires() -> None:
    assert check("day_is_there", Manifest(days=days(5, 5))).passed
    result = check("day_is_there", Manifest(days=days(5, 0)))
    assert not result.passed
    assert result.day == DAY


@pytest.mark.parametrize(("unmapped", "passed"), [(0, True), (1, True), (2, False)])
def test_too_many_unmapped_codes_fire(unmapped: int, passed: bool) -> None:
    assert check("unmapped_share", Manifest(days={DAY: entry(100, unmapped)})).passed is passed


def test_unmapped_codes_of_an_older_day_do_not_fire() -> None:
    assert check("unmapped_share", Manifest(days={DAY: entry(100), DAY - timedelta(days=1): entry(100, 100)})).passed


def test_a_day_that_is_too_small_is_held_back_where_that_is_set() -> None:
    small = Manifest(days=days(*[100] * 20, 30), as_of=DAY - timedelta(days=1), closed_before=DAY - timedelta(days=1))
    refuse_short_day(small, Settings(), DAY)
    refuse_short_day(small, Settings(block_below_share=0.2), DAY)
    with pytest.raises(AuthmeterError, match="30 records, 30% of the usual 100"):
        refuse_short_day(small, Settings(block_below_share=0.5), DAY)
    # A day that is already published is not refused.
    refuse_short_day(replace(small, as_of=DAY), Settings(block_below_share=0.5), DAY)
    # Nor is a day that an earlier run closed and did not publish.
    unpublished = Manifest(days=days(*[100] * 19, 30, 100), as_of=DAY - timedelta(days=1))
    unpublished.closed_before = DAY - timedelta(days=2)
    refuse_short_day(unpublished, Settings(block_below_share=0.5), DAY)
    refuse_short_day(small, Settings(block_below_share=0.5, holidays=(DAY,)), DAY)
    with pytest.raises(AuthmeterError, match="0 records"):
        refuse_short_day(
            Manifest(days=days(*[100] * 20, 0), as_of=DAY - timedelta(days=1)), Settings(block_below_share=0.5), DAY
        )


def test_the_thresholds_are_settings() -> None:
    manifest = Manifest(files=[file(rejected=30)], days={DAY: entry(100, 30)})
    wide = Settings(rejected_warn_share=0.3, unmapped_warn_share=0.3)
    for name in ("rejected_share", "unmapped_share"):
        assert not check(name, manifest).passed
        assert check(name, manifest, settings=wide).passed
