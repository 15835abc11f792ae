"""The checks of the registry's files, which users edit.

Bad rows, and other findings such as a secret in a column, cause a warning. Accounts without an app, and days and months
in the future, are only notices: a package may be bought before its app writes logs, and a bill may arrive early.
"""

from calendar import monthrange
from datetime import date

from pipelines.common.text import SEMICOLON, Bilingual, counted, listed, same
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.accounts import DEFAULT_ACCOUNT
from pipelines.contract.registry.packages import PACKAGES_FILE
from pipelines.contract.registry.registry import Registry
from pipelines.contract.registry.row_files import NO_COLUMN, NOT_UTF_8, UNREADABLE
from pipelines.contract.registry.statements import BILLS_FOLDER, CONSOLE_FOLDER

# Some reasons with their remedy. `{detail}` is the text after the colon of the reason.
_REASONS = {
    NOT_UTF_8: Bilingual("不是 UTF-8：请另存为 CSV UTF-8", "not UTF-8: save the file as CSV UTF-8"),
    NO_COLUMN: Bilingual(
        "缺少列 {detail}：首行为列名，以逗号分隔",
        "no column {detail}: the first line names the columns, separated by commas",
    ),
    UNREADABLE: Bilingual(
        "文件夹无权读取：请授予读取权限，其中的内容未参与核对",
        "a folder without the right to read it: grant it, its files are not compared",
    ),
}
_ALL_GOOD = Bilingual("全部有效", "all rows are good")


def registry_checks(registry: Registry, as_of: date) -> tuple[CheckResult, ...]:
    """Return the results of the registry's checks as of a day."""
    return _rows(registry), _accounts(registry), _early_consoles(registry, as_of), _early_bills(registry, as_of)


def _rows(registry: Registry) -> CheckResult:
    """Return the check of the registry's rows: it lists bad rows, then other findings, such as a secret in a column."""
    said = []
    for costs_row, word_en, word_zh in ((True, "bad row", "行无效"), (False, "other finding", "处其他问题")):
        if found := [one for one in registry.problems if one.costs_row is costs_row]:
            named = [(f"{one.path}:{one.line}", _reason(one.reason)) for one in found]
            named_en = listed([f"{place} {words.en}" for place, words in named])
            named_zh = listed([f"{place} {words.zh}" for place, words in named])
            said.append(Bilingual(f"{len(found)} {word_zh}：{named_zh}", f"{counted(len(found), word_en)}: {named_en}"))
    return CheckResult("registry_rows", not said, SEMICOLON.join(said) if said else _ALL_GOOD)


def _reason(reason: str) -> Bilingual:
    code, _, detail = reason.partition(":")
    return _REASONS[code].format(detail=detail) if code in _REASONS else same(reason)


def _accounts(registry: Registry) -> CheckResult:
    """Return the check of accounts that packages, consoles or bills name, but neither an app nor a row of
    `accounts.csv`. Their names may be misspelt.
    """
    of_apps = {app["account_id"] for app in registry.apps}
    had = {DEFAULT_ACCOUNT, *(row.account_id for row in registry.accounts)} | of_apps
    named = {
        f"registry/{PACKAGES_FILE}": {package.account_id for package in registry.bought.packages},
        f"registry/{CONSOLE_FOLDER}": {key.account_id for key in registry.statements.console},
        f"registry/{BILLS_FOLDER}": {key.account_id for key in registry.statements.bills},
    }
    unknown = [f"{account_id} ({path})" for path, accounts in named.items() for account_id in sorted(accounts - had)]
    detail = Bilingual(
        f"以下账号没有任何应用，因而没有用量：{listed(unknown)}",
        f"no app uses the account named there, so no use counts for it: {listed(unknown)}",
    )
    return CheckResult.of("unknown_accounts", unknown, detail, is_notice=True)


def _early_consoles(registry: Registry, as_of: date) -> CheckResult:
    early = [key for key in registry.statements.console if key.day > as_of]
    named = [f"{day} {account_id}" for day, account_id in sorted({(key.day, key.account_id) for key in early})]
    detail = Bilingual(
        f"控制台有 {len(early)} 行属于 {as_of} 之后的日期，发布后再核对：{listed(named)}",
        f"{counted(len(early), 'row')} of a console for days after {as_of}, compared once these are published: "
        f"{listed(named)}",
    )
    return CheckResult.of("early_consoles", named, detail, is_notice=True)


def _early_bills(registry: Registry, as_of: date) -> CheckResult:
    early = [
        f"{key.month:%Y-%m} {key.account_id} {key.channel}"
        for key in registry.statements.bills
        if key.month.replace(day=monthrange(key.month.year, key.month.month)[1]) > as_of
    ]
    detail = Bilingual(
        f"{len(early)} 份账单所属月份到 {as_of} 尚未结束，结束后再核对：{listed(early)}",
        f"{counted(len(early), 'bill')} for a month that is not over by {as_of}, compared once it is: {listed(early)}",
    )
    return CheckResult.of("early_bills", early, detail, is_notice=True)
