"""THE CHECKS: every check of a run, declared once, and the result of one.

Dagster's check specs, the to-do of `status.json` and the order of results use this list; docs/operator.md has a row for
each check. The checks are computed in `closing/warnings.py`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Kind = Literal["books", "folder", "freshness"]
NOTICE: Final = "notice"


@dataclass(frozen=True)
class Check:
    """A check.

    Attributes:
        asset: the name of the checked asset in Dagster.
        kind: a failed check of the `books` stops the run; a check of the `folder` examines its files, its registry and
            the newest day; `freshness` is for Dagster only.
        meaning_en: when it fails.
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
    """The result of one check, in both languages; `day` is None for the data folder as a whole.

    `severity` is `warn`, or `notice` if the check passed and still has a message, which changes no state and no exit
    code.
    """

    check_name: str
    passed: bool
    detail_en: str
    detail_zh: str
    day: date | None = None
    severity: str = "warn"

    @property
    def is_notice(self) -> bool:
        """Whether it passed and has a message."""
        return self.passed and self.severity == NOTICE


_ALL: Final = (
    Check(
        "file_books", "event_parts", "books",
        "A file's records read are not its accepted and rejected ones together.",
        "某个文件的读取记录数不等于接受数与拒收数之和。",
        "Report it: it is a fault of authmeter.",
    ),
    Check(
        "day_books_and_keys", "day_tables", "books",
        "A day's accepted records without its duplicates are not the counted ones, or a key is not unique.",
        "某日的接受数减去重复数不等于计入数，或某个键不唯一。",
        "Report it: it is a fault of authmeter.",
    ),
    Check(
        "table_keys", "publication", "books",
        "A key of a published table is not unique, or a value is absent that every row has.",
        "某个发布表的键不唯一，或缺少每行必有的值。",
        "Report it: it is a fault of authmeter.",
    ),
    Check(
        "damaged_files", "event_parts", "folder",
        "A file is incomplete or corrupt; none of its records count.",
        "有文件不完整或已损坏，其中的记录都不计入。",
        "Do as the warning says, or delete these files.",
    ),
    Check(
        "held_files", "event_parts", "folder",
        "A file has new content that would remove records from a closed day.",
        "有文件的新内容会使已关闭的日期减少记录。",
        "Deliver the old content under a name of its own. If it was wrong, `authmeter accept PATH --yes`.",
    ),
    Check(
        "unread_files", "event_parts", "folder",
        "No source reads a file under landing.",
        "landing 下有文件没有来源读取。",
        "Make logs of these files as the warning says, remove them, or name them in `ignore`.",
    ),
    Check(
        "unreadable_folders", "event_parts", "folder",
        "A folder under landing cannot be read.",
        "landing 下有文件夹无法读取。",
        "Let the user that runs authmeter read these folders.",
    ),
    Check(
        "source_mappings", "event_parts", "folder",
        "A source mapping says what it cannot mean: no file is for it, no record has what it asks for, or its records "
        "cannot be told apart.",
        "来源映射所写的无法成立：没有文件与之匹配、没有记录含有所取的内容，或其记录无法区分。",
        "Mend the mapping, see that `authmeter check` finds no more, and `authmeter reread --source NAME`.",
    ),
    Check(
        "registry_rows", "registry", "folder",
        "A row of the registry or of the code dictionary is bad, or a column looks like a secret.",
        "登记表或结果码字典中有无效的行，或某列疑似密钥。",
        "See what `authmeter check` says of each, and mend them.",
    ),
    Check(
        "rejected_share", "event_parts", "folder",
        "More of the newest files' records than `rejected_warn_share` were rejected.",
        "最新文件的拒收比例超过 `rejected_warn_share`。",
        "Look at the rejected records on the quality page: one reason for all is a changed log format.",
    ),
    Check(
        "nothing_accepted", "event_parts", "folder",
        "One of the newest files, of at least 1 kB or 100 records, has no valid record.",
        "最新文件中有至少 1 kB 或 100 条记录的文件，没有一条有效记录。",
        "Do as the warning says, and deliver the file again; after a change of its mapping, `authmeter reread`.",
    ),
    Check(
        "mostly_rejected", "event_parts", "folder",
        "One of the newest files, of at least 1 kB or 100 records, has more rejected records than accepted ones.",
        "最新文件中有至少 1 kB 或 100 条记录的文件，拒收多于接受。",
        "Do as the warning says, and deliver the file again; after a change of its mapping, `authmeter reread`.",
    ),
    Check(
        "day_is_there", "day_tables", "folder",
        "The last closed day has no records.",
        "最近关闭的一天没有记录。",
        "Deliver the logs of that day.",
    ),
    Check(
        "unmapped_share", "day_tables", "folder",
        "More of the last closed day's records than `unmapped_warn_share` have a code that the dictionary lacks.",
        "最近关闭的一天，结果码不在字典中的比例超过 `unmapped_warn_share`。",
        "Add the codes to registry/result_codes.csv.",
    ),
    Check(
        "package_low", "day_tables", "folder",
        "Of an account's resource packages none is active, or less than `package_low_share` is left.",
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
        "Buy the next package; till then each use is paid for by itself.",
    ),
    Check(
        "package_drift", "day_tables", "folder",
        "The newest reading of a resource package is off by more than 2 % of it.",
        "某个资源包最新的读数与计算值相差超过 2 %。",
        "Look for logs that are missing, and for apps on the wrong account in registry/accounts.csv.",
    ),
    Check(
        "reconciliation", "day_tables", "folder",
        "A console or a bill of the last 7 days or the last month differs from the log, and nothing known explains it.",
        "最近 7 天或上个月，控制台或账单与日志不一致，且没有已知原因。",
        "See reconciliation_daily and reconciliation_monthly: which account, channel and day.",
    ),
    Check(
        "unknown_accounts", "registry", "folder",
        "Never; it notes resource packages, consoles and bills of an account that no app has.",
        "不会不通过；只提示所属账号没有任何应用的资源包、控制台和账单。",
        "Correct the account there if it is wrong, or say in registry/accounts.csv which apps have it.",
    ),
    Check(
        "early_consoles", "registry", "folder",
        "Never; it notes rows of a console of days that are not published yet.",
        "不会不通过；只提示控制台中尚未发布日期的行。",
        "Correct the day if it is wrong; till it is published it is compared with nothing.",
    ),
    Check(
        "early_bills", "registry", "folder",
        "Never; it notes bills of a month that is not over.",
        "不会不通过；只提示所属月份尚未结束的账单。",
        "Correct the month if it is wrong; till it is over the bill is compared with nothing.",
    ),
    Check(
        "yesterday_is_published", "site", "freshness",
        "It is past `late_after`, and the day before is not published.",
        "已过 `late_after`，而前一天尚未发布。",
        "Run `authmeter run`; `authmeter status` says what is wrong.",
    ),
)  # fmt: skip

CHECKS: Final = {check.name: check for check in _ALL}
# In the order of the results of a run.
FOLDER_CHECKS: Final = tuple(check.name for check in _ALL if check.kind == "folder")
