"""Words for the columns of exported files: names, units and meanings in both languages.

Metrics have the words of their declaration; `_WORDS` has the words of some other columns. The remaining columns keep
their own names and have no meaning in files. The setting `csv_language` chooses the language of a file.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from pipelines.common.text import NO_TEXT, Bilingual, same
from pipelines.contract.measures.measure import Measure, Unit
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.dimensions import DIMENSIONS

Language = Literal["", "zh", "en"]
"""Language of headings; empty for the tables' column names."""


class ColumnWords(NamedTuple):
    """Name, label, unit and meaning of a column. Unit and meaning are empty if the column has none."""

    name: str
    label: Bilingual
    unit: Bilingual
    meaning: Bilingual


_UNITS: Final[dict[Unit, Bilingual]] = {
    "records": Bilingual("条记录", "records"),
    "sessions": Bilingual("次登录会话", "sign-in sessions"),
    "share": Bilingual("比例：1 即 100%", "share: 1 is 100 %"),
    "devices": Bilingual("台设备", "devices"),
    "ms": Bilingual("毫秒", "milliseconds"),
    "apps": Bilingual("个应用", "apps"),
}
# Headings contain the unit unless the values are counts. A share is a fraction in a CSV, a percentage in a workbook.
_IN_CSV: Final[dict[Unit, Bilingual]] = {"share": Bilingual("（0–1）", " (0–1)"), "ms": Bilingual("（毫秒）", " (ms)")}
_IN_WORKBOOK: Final[dict[Unit, Bilingual]] = _IN_CSV | {"share": Bilingual("（%）", " (%)")}
_DAYS: Final = Bilingual("天", "days")
_OTHER_UNITS: Final = {"window_days": _DAYS, "days_with_data": _DAYS}

# Label and meaning of the columns that are not metrics.
_WORDS: Final = {
    "day": (Bilingual("日期", "Day"), Bilingual("业务日。", "The business day.")),
    "month": (Bilingual("月份", "Month"), Bilingual("自然月的第一天。", "The first day of the calendar month.")),
    "window_days": (
        Bilingual("统计天数", "Days counted"),
        Bilingual("统计所覆盖的天数。", "Number of days in the period."),
    ),
    "days_with_data": (
        Bilingual("有数据天数", "Days with data"),
        Bilingual("其中有数据的天数。", "Number of these days that have data."),
    ),
    "app_key": (Bilingual("AppKey", "App key"), Bilingual("应用的标识。", "The key of the app.")),
    "app_name": (
        Bilingual("应用名称", "App name"),
        Bilingual("注册表中的名称；未登记时为 AppKey。", "Its name in the registry, else its key."),
    ),
    "scheme_id": (
        Bilingual("方案 ID", "Scheme"),
        Bilingual("认证方案；记录未写明时为空。", "The scheme; empty if the record names none."),
    ),
    "channel": (
        Bilingual("渠道", "Channel"),
        Bilingual("登录或认证的渠道。", "The way to sign in or to check a number."),
    ),
    "event_id": (
        Bilingual("记录 ID", "Record id"),
        Bilingual("一条记录的标识；重复送达时相同。", "The id of a record, the same in its copies."),
    ),
    "event_time": (Bilingual("时间（UTC）", "Time (UTC)"), Bilingual("记录的时间。", "The time of the record.")),
    "stage": (Bilingual("步骤", "Stage"), Bilingual("登录过程中的步骤。", "The step of signing in.")),
    "outcome": (Bilingual("结果", "Outcome"), Bilingual("该步骤的结果，按日志原样。", "How it ended, as logged.")),
    "result_code": (Bilingual("结果码", "Result code"), Bilingual("日志中的结果码。", "The code as logged.")),
    "device_hash": (
        Bilingual("设备哈希", "Device hash"),
        Bilingual("设备标识的带密钥哈希。", "Keyed hash of the device id."),
    ),
    "phone_hash": (
        Bilingual("手机号哈希", "Phone hash"),
        Bilingual("手机号的带密钥哈希。", "Keyed hash of the phone number."),
    ),
    "phone_mask": (Bilingual("手机号掩码", "Masked phone"), Bilingual("掩码后的手机号。", "The phone number, masked.")),
    "latency_ms": (Bilingual("时延", "Latency"), Bilingual("该步骤的耗时。", "How long the step took.")),
    "os_version": (Bilingual("系统版本", "OS version"), Bilingual("操作系统版本。", "Version of the system.")),
    "attempt_id": (
        Bilingual("尝试 ID", "Attempt id"),
        Bilingual("一次登录尝试的标识。", "The id of one attempt to sign in."),
    ),
    "account_id": (
        Bilingual("账号 ID", "Account id"),
        Bilingual(
            "账号：记录中按日志原样，其余为计费账号。", "The account: in a record as logged, else the billed one."
        ),
    ),
    **{
        one.key: (one.label, Bilingual(f"记录的{one.label.zh}。", f"The {one.label.en.lower()} of the record."))
        for one in DIMENSIONS
        if one.key not in ("app_key", "scheme_id")
    },
}


def column_words(column: str, columns: Sequence[str]) -> ColumnWords:
    """Return the label, unit and meaning of a column of a file; `columns` are all columns of the file.

    A column that is neither a metric nor in `_WORDS` is labelled with its own name and has no meaning.
    """
    if metric := _metric_of(column, columns):
        return ColumnWords(column, metric.label, _UNITS[metric.unit], metric.meaning)
    label, meaning = _WORDS.get(column, (same(column), NO_TEXT))
    return ColumnWords(
        column, label, _UNITS["ms"] if column == "latency_ms" else _OTHER_UNITS.get(column, NO_TEXT), meaning
    )


def _metric_of(column: str, columns: Sequence[str]) -> Measure | None:
    """Return the metric that a column holds, or None."""
    # The column `lost` of incidents counts requests; the metric counts sessions.
    return None if column == "lost" and "incident_id" in columns else METRICS.get(column)


def headings(columns: Sequence[str], language: Language, *, is_workbook: bool = False) -> list[str]:
    """Return the headings of a file: labels with units in `language`.

    Without a language, a CSV has the column names, and a workbook has the Chinese label before each name.
    """
    if not language:
        return [_with_name(column, columns) if is_workbook else column for column in columns]
    named = [_heading(column, columns, language, is_workbook) for column in columns]
    # If two columns have the same label, the column's name is added to each.
    return [f"{text} {column}" if named.count(text) > 1 else text for text, column in zip(named, columns, strict=True)]


def _heading(column: str, columns: Sequence[str], language: str, is_workbook: bool) -> str:
    metric = _metric_of(column, columns)
    unit: Unit | None = metric.unit if metric else "ms" if column == "latency_ms" else None
    suffixes = _IN_WORKBOOK if is_workbook else _IN_CSV
    suffix = suffixes.get(unit, NO_TEXT) if unit else NO_TEXT
    return column_words(column, columns).label.of(language) + suffix.of(language)


def _with_name(column: str, columns: Sequence[str]) -> str:
    label = column_words(column, columns).label.zh
    return column if label == column else f"{label} {column}"


def dictionary(columns: Sequence[str], language: Language) -> tuple[str, list[str], list[list[str]]]:
    """Return the sheet that describes a workbook's columns: sheet name, headings and a row for each column."""
    said = language or "zh"
    heads = Bilingual("列名|中文名|英文名|单位|含义", "Column|Chinese name|English name|Unit|Meaning")
    rows = [
        [one.name, one.label.zh, one.label.en, one.unit.of(said), one.meaning.of(said)]
        for one in (column_words(column, columns) for column in columns)
    ]
    return Bilingual("数据字典", "Data dictionary").of(said), heads.of(said).split("|"), rows
