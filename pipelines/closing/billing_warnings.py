"""The warning checks of resource packages, consoles and bills.

They examine the tables that are about to be published, and report packages that are low, run out or will lapse, uses
without a package, wrong balances, and differences from the log.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipelines.common.days import day_start
from pipelines.common.errors import UsageError
from pipelines.common.text import MIDDLE_DOT, Bilingual, counted, listed, same
from pipelines.contract.checks import CheckResult
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.packages import has_unseen_uses
from pipelines.contract.registry.registry import Registry
from pipelines.contract.registry.statements import CHANNEL_WORDS, MEASURE_WORDS
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.manifest import Manifest
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl

_NAMES: Final = (
    "package_low", "package_run_out", "package_unused", "package_overflow", "package_drift", "reconciliation",
)  # fmt: skip
_PUBLISHED: Final = (
    "SELECT check_name, passed, detail_zh, detail_en FROM check_results WHERE list_contains($names, check_name)"
)
_RECONCILED_DAYS: Final = 7
_NO_CAUSE: Final = Bilingual("原因不明", " without a known cause")
_LOG_INCOMPLETE: Final = Bilingual("该月日志不全", ", which lacks days of the month")
_RUN_OUT_DAYS: Final = 14
_UNUSED_DAYS: Final = 30
# Fixed by the contract: report a package if at least 5 % of it will lapse, or if a reading is off by more than 2 %.
_UNUSED_PERCENT: Final = 5
_DRIFT_PERCENT: Final = 2


def billing_as_of(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, as_of: date
) -> "Mapping[str, pl.DataFrame] | None":
    """Return the tables of resource packages and reconciliation as of a day; None if the registry has no billing data.

    Raises:
        BooksError: the rows of the ledger do not add up.
    """
    if not registry.has_billing:
        return None
    # Imported lazily: importing takes a while, and data without billing does not need it.
    from pipelines.billing.published import billing_tables

    with workbench(settings, store.temp, [store.warehouse]) as connection:
        return billing_tables(connection, store, manifest, settings, registry, as_of)


def billing_warnings(tables: "Mapping[str, pl.DataFrame] | None", settings: Settings, as_of: date) -> list[CheckResult]:
    """Return the results of the checks of packages, consoles and bills as of a day; without `tables`, all pass."""
    if tables is None:
        return [_result_of(name, ()) for name in _NAMES]
    packages = list(tables["resource_packages"].iter_rows(named=True))
    accounts = list(tables["resource_package_forecast"].iter_rows(named=True))
    bounded = {one["account_id"] for one in packages if has_unseen_uses(one["state"], one["missing_days"])}
    soon = day_start(as_of + timedelta(days=1 + _UNUSED_DAYS), settings.timezone)
    found = (
        (_low_words(one, bounded) for one in accounts if _is_low(one, settings.package_low_share)),
        _running_out(accounts, as_of),
        (_unused_words(one) for one in packages if _is_lapsing(one, soon)),
        _overflowing(tables["resource_package_usage"], as_of),
        (_drift_words(one) for one in packages if _is_drifting(one)),
        _unexplained(tables["reconciliation_daily"], tables["reconciliation_monthly"], as_of),
    )
    return [_result_of(name, texts) for name, texts in zip(_NAMES, found, strict=True)]


def published_billing_warnings(database: Path) -> list[CheckResult]:
    """Return the results of the checks of `billing_warnings` as the published file contains them.

    If there is no published file, or one of an older version, all checks pass: the next run builds the file.

    Raises:
        UnreadablePublicationError: the published checks cannot be read.
    """
    try:
        with published_tables(database) as connection:
            found = connection.execute(_PUBLISHED, {"names": list(_NAMES)}).fetchall()
    except UsageError:
        found = []
    by_name = {name: CheckResult(name, passed, Bilingual(*detail)) for name, passed, *detail in found}
    return [by_name.get(name) or _result_of(name, ()) for name in _NAMES]


def _result_of(check: str, found: Iterable[Bilingual]) -> CheckResult:
    """Return the result of a check: failed if `found` has texts, each about one account, package or statement."""
    said = list(found)
    detail = Bilingual(listed([one.zh for one in said], "；"), listed([one.en for one in said], "; "))
    return CheckResult.of(check, said, detail)


def _is_low(account: dict[str, Any], share: float) -> bool:
    return not account["quantity"] or account["remaining"] < Fraction(str(share)) * account["quantity"]


def _low_words(account: dict[str, Any], bounded: Container[str]) -> Bilingual:
    name, quantity = account["account_id"], account["quantity"]
    if not quantity:
        return Bilingual(f"{name}：没有生效中的资源包", f"{name}: no active resource package")
    left = f"{'≤ ' if name in bounded else ''}{account['remaining']:,}"
    return Bilingual(
        f"{name}：资源包剩余 {left} 次，共 {quantity:,} 次",
        f"{name}: {left} of {quantity:,} left in its resource packages",
    )


def _running_out(accounts: Iterable[dict[str, Any]], as_of: date) -> Iterable[Bilingual]:
    for one in accounts:
        day = one["run_out_earliest"] or one["run_out_day"]
        if day and day <= as_of + timedelta(days=_RUN_OUT_DAYS):
            name = one["account_id"]
            yield Bilingual(f"{name}：资源包可能在 {day} 用完", f"{name}: its resource packages may run out on {day}")


def _overflowing(usage: "pl.DataFrame", as_of: date) -> Iterable[Bilingual]:
    uses: dict[str, int] = {}
    for one in usage.filter(day=as_of).iter_rows(named=True):
        if one["resource_package_id"] is None:
            uses[one["account_id"]] = uses.get(one["account_id"], 0) + one["uses"]
    for account_id, count in sorted(uses.items()):
        yield Bilingual(
            f"{account_id}：{as_of} 有 {count:,} 次超出资源包用量",
            f"{account_id}: {counted(count, 'use')} on {as_of} beyond its resource packages",
        )


def _is_lapsing(package: dict[str, Any], soon: datetime) -> bool:
    unused = package["unused_expected"]
    is_soon = package["expires_at"] <= soon
    return unused is not None and is_soon and 100 * unused >= _UNUSED_PERCENT * package["quantity"]


def _unused_words(package: dict[str, Any]) -> Bilingual:
    name, unused, quantity = package["resource_package_id"], package["unused_expected"], package["quantity"]
    return Bilingual(
        f"资源包 {name}：预计作废 {unused:,} 次，共 {quantity:,} 次",
        f"resource package {name}: {unused:,} of {quantity:,} expected to lapse",
    )


def _is_drifting(package: dict[str, Any]) -> bool:
    drift = package["drift"]
    return drift is not None and 100 * abs(drift) > _DRIFT_PERCENT * package["quantity"]


def _drift_words(package: dict[str, Any]) -> Bilingual:
    name, drift = package["resource_package_id"], package["drift"]
    return Bilingual(
        f"资源包 {name}：最新读数比计算值{_more_or_less(drift)}",
        f"resource package {name}: the newest reading is {_above_or_below(drift)} the computed value",
    )


def _above_or_below(difference: int) -> str:
    return f"{abs(difference):,} {'above' if difference > 0 else 'below'}"


def _more_or_less(difference: int) -> str:
    return f"{'多' if difference > 0 else '少'} {abs(difference):,} 次"


def _unexplained(daily: "pl.DataFrame", monthly: "pl.DataFrame", as_of: date) -> Iterable[Bilingual]:
    """Yield a text for each difference from the log that is unexplained and above the tolerance.

    Bills (`monthly`) are examined for the last full month, consoles (`daily`) for the last `_RECONCILED_DAYS` days.
    """
    first = as_of - timedelta(days=_RECONCILED_DAYS - 1)
    this_month = (as_of + timedelta(days=1)).replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    for one in monthly.iter_rows(named=True):
        if one["month"] == last_month and abs(one["unexplained"]) > one["tolerance"]:
            of = [same(f"{one['month']:%Y-%m} {one['account_id']}"), *_channel_and_measure(one)]
            why = _LOG_INCOMPLETE if one["cause"] == "log_incomplete" else _NO_CAUSE
            yield _unexplained_words(of, Bilingual("账单", "the bill"), one["unexplained"], why)
    for one in daily.iter_rows(named=True):
        rest = one["unexplained"]
        if one["day"] >= first and rest is not None and abs(rest) > one["tolerance"]:
            app = Bilingual("全部应用", "all apps") if one["app_key"] == ALL_APPS else same(one["app_key"])
            of = [same(f"{one['day']} {one['account_id']}"), app, *_channel_and_measure(one)]
            yield _unexplained_words(of, Bilingual("控制台", "the console"), rest, _NO_CAUSE)


def _channel_and_measure(row: Mapping[str, Any]) -> tuple[Bilingual, Bilingual]:
    """Return the words for the channel and the measure of a row."""
    return CHANNEL_WORDS[row["channel"]], MEASURE_WORDS[row["measure"]]


def _unexplained_words(of: Iterable[Bilingual], who: Bilingual, rest: int, why: Bilingual) -> Bilingual:
    named = MIDDLE_DOT.join(of)
    return Bilingual(
        f"{named.zh}：{who.zh}比日志{_more_or_less(rest)}，{why.zh}",
        f"{named.en}: {who.en} is {_above_or_below(rest)} the log{why.en}",
    )
