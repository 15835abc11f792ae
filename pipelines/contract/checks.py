"""THE CHECKS: every check of a run, declared once, and the type of its result.

Dagster's check specs, the to-do of `status.json` and the order of results use this list; docs/operator.md has a row for
each check. `closing/warnings.py` computes the checks of the kind `folder`; the steps of a run compute the kind `books`.
"""

from collections.abc import Sized
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pipelines.common.text import Bilingual

Kind = Literal["books", "folder", "freshness"]
NOTICE: Final = "notice"
_NONE: Final = Bilingual("无", "none")


@dataclass(frozen=True)
class Check:
    """The declaration of a check.

    Attributes:
        asset: the name of the checked asset in Dagster.
        kind: `books`: a failure stops the run before it publishes; `folder`: examines files, registry and newest day;
            `freshness`: checked by Dagster only.
        meaning_en: when the check fails.
        to_do: advice for readers of `status.json` after a failure or a notice.
    """

    name: str
    asset: str
    kind: Kind
    meaning_en: str
    meaning_zh: str
    to_do: str

    @property
    def is_blocking(self) -> bool:
        """Whether a failure prevents publishing."""
        return self.kind == "books"


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; `day` is None if the result is about the data folder as a whole.

    `severity` is `notice` if the check passed and still has a message, else `warn`. A notice changes neither the state
    of the data folder nor an exit code.
    """

    check_name: str
    passed: bool
    detail: Bilingual
    day: date | None = None
    severity: str = "warn"

    @classmethod
    def of(cls, check: str, found: Sized, detail: Bilingual, *, is_notice: bool = False) -> "CheckResult":
        """Return the result of a check that has nothing to report if `found` is empty. Otherwise it fails with this
        detail or, if `is_notice`, passes with a notice.
        """
        if not found:
            return cls(check, True, _NONE)
        return cls(check, is_notice, detail, severity=NOTICE if is_notice else "warn")

    @property
    def is_notice(self) -> bool:
        """Whether the check passed and has a message."""
        return self.passed and self.severity == NOTICE


_ALL: Final = (
    Check(
        "file_books", "event_parts", "books",
        "For a file, records read differ from accepted plus rejected records.",
        "某个文件的读取记录数不等于接受数与拒收数之和。",
        "Report this: it is a fault of authmeter.",
    ),
    Check(
        "day_books_and_keys", "day_tables", "books",
        "For a day, accepted records less duplicates differ from the counted records, or a key is not unique.",
        "某日的接受数减去重复数不等于计入数，或某个键不唯一。",
        "Report this: it is a fault of authmeter.",
    ),
    Check(
        "table_keys", "publication", "books",
        "A key of a published table is not unique, or a value is missing that every row must have.",
        "某个发布表的键不唯一，或缺少每行必有的值。",
        "Report this: it is a fault of authmeter.",
    ),
    Check(
        "damaged_files", "event_parts", "folder",
        "A file is incomplete or corrupt. No record in it counts.",
        "有文件不完整或已损坏，其中的记录都不计入。",
        "Follow the advice in the warning, or delete these files.",
    ),
    Check(
        "held_files", "event_parts", "folder",
        "A file has new content that would remove records from a closed day.",
        "有文件的新内容会使已关闭的日期减少记录。",
        "Deliver the old content under another name. If it was wrong, run `authmeter accept PATH --yes`.",
    ),
    Check(
        "unread_files", "event_parts", "folder",
        "No source reads a file under landing.",
        "landing 下有文件没有来源读取。",
        "Convert these files as the warning says, remove them, or name them in `ignore`.",
    ),
    Check(
        "unreadable_folders", "event_parts", "folder",
        "A folder under landing cannot be read.",
        "landing 下有文件夹无法读取。",
        "Give the user that runs authmeter the right to read these folders.",
    ),
    Check(
        "source_mappings", "event_parts", "folder",
        "A source mapping cannot work as written: it matches no file, no record has the columns that it reads, or "
        "kinds of records cannot be distinguished.",
        "来源映射所写的无法成立：没有文件与之匹配、没有记录含有所取的内容，或其记录无法区分。",
        "Correct the mapping until `authmeter check` finds no fault, then run `authmeter reread --source NAME`.",
    ),
    Check(
        "registry_rows", "registry", "folder",
        "A row of the registry or of the code dictionary is bad, or a column looks like a secret.",
        "登记表或结果码字典中有无效的行，或某列疑似密钥。",
        "Run `authmeter check`, which lists each fault, and correct them.",
    ),
    Check(
        "rejected_share", "event_parts", "folder",
        "The share of rejected records in the newest files is above `rejected_warn_share`.",
        "最新文件的拒收比例超过 `rejected_warn_share`。",
        "Look at the rejected records on the quality page. If all have one reason, the log format has changed.",
    ),
    Check(
        "nothing_accepted", "event_parts", "folder",
        "One of the newest files, of at least 1 kB or 100 records, has no valid record.",
        "最新文件中有至少 1 kB 或 100 条记录的文件，没有一条有效记录。",
        "Follow the advice in the warning and deliver the file again. If you changed its mapping, run `authmeter "
        "reread`.",
    ),
    Check(
        "mostly_rejected", "event_parts", "folder",
        "One of the newest files, of at least 1 kB or 100 records, has more rejected records than accepted ones.",
        "最新文件中有至少 1 kB 或 100 条记录的文件，拒收多于接受。",
        "Follow the advice in the warning and deliver the file again. If you changed its mapping, run `authmeter "
        "reread`.",
    ),
    Check(
        "day_is_there", "day_tables", "folder",
        "The last closed day has no records.",
        "最近关闭的一天没有记录。",
        "Deliver the logs of that day.",
    ),
    Check(
        "unmapped_share", "day_tables", "folder",
        "On the last closed day, the share of records whose code is not in the dictionary is above "
        "`unmapped_warn_share`.",
        "最近关闭的一天，结果码不在字典中的比例超过 `unmapped_warn_share`。",
        "Add the codes to registry/result_codes.csv.",
    ),
    Check(
        "package_low", "day_tables", "folder",
        "An account has no active resource package, or less than `package_low_share` of them is left.",
        "某个账号没有生效中的资源包，或剩余低于 `package_low_share`。",
        "Buy the next package, and add it to registry/resource_packages.csv.",
    ),
    Check(
        "package_run_out", "day_tables", "folder",
        "An account's resource packages may run out within 14 days.",
        "某个账号的资源包可能在 14 天内用完。",
        "Buy the next package by the day that the warning names.",
    ),
    Check(
        "package_unused", "day_tables", "folder",
        "A resource package expires within 30 days, and 5 % of it or more will lapse.",
        "某个资源包将在 30 天内到期，预计作废 5 % 以上。",
        "Buy less next time, or let more apps of the account use it.",
    ),
    Check(
        "package_overflow", "day_tables", "folder",
        "On the last closed day, an account with resource packages had uses that none covered.",
        "最近关闭的一天，有资源包的账号产生了超出用量。",
        "Buy the next package. Until then, each use is billed separately.",
    ),
    Check(
        "package_drift", "day_tables", "folder",
        "The newest reading of a resource package differs from the computed value by more than 2 % of the package.",
        "某个资源包最新的读数与计算值相差超过 2 %。",
        "Look for missing logs, and for apps with a wrong account in registry/accounts.csv.",
    ),
    Check(
        "reconciliation", "day_tables", "folder",
        "A console or a bill of the last 7 days or the last month differs from the log, and no known cause explains "
        "it.",
        "最近 7 天或上个月，控制台或账单与日志不一致，且没有已知原因。",
        "Find the account, channel and day in reconciliation_daily and reconciliation_monthly.",
    ),
    Check(
        "unknown_accounts", "registry", "folder",
        "Never. It reports resource packages, consoles and bills of an account that no app uses.",
        "不会不通过；只提示所属账号没有任何应用的资源包、控制台和账单。",
        "If the account is wrong, correct it there. Else assign apps to it in registry/accounts.csv.",
    ),
    Check(
        "early_consoles", "registry", "folder",
        "Never. It reports console rows of days that are not published yet.",
        "不会不通过；只提示控制台中尚未发布日期的行。",
        "If the day is wrong, correct it. Rows are compared once their day is published.",
    ),
    Check(
        "early_bills", "registry", "folder",
        "Never. It reports bills of a month that is not over.",
        "不会不通过；只提示所属月份尚未结束的账单。",
        "If the month is wrong, correct it. A bill is compared once its month is over.",
    ),
    Check(
        "yesterday_is_published", "site", "freshness",
        "The time `late_after` has passed, and the day before is not published.",
        "已过 `late_after`，而前一天尚未发布。",
        "Run `authmeter run`. `authmeter status` reports the cause.",
    ),
)  # fmt: skip

CHECKS: Final = {check.name: check for check in _ALL}
# In the order of the results of a run.
FOLDER_CHECKS: Final = tuple(check.name for check in _ALL if check.kind == "folder")
