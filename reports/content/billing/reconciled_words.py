"""Texts of reconciliation: the sentence about the newest bills, and the causes.

The figures are in `reconciled.py`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from pipelines.common.text import COMMA, Bilingual, per_cent, yuan
from reports.content.billing.reconciled import Agreement
from reports.content.wording.formats import level
from reports.content.wording.language import t

CAUSE_WORDS: Final = {
    "within": t("Within tolerance"),
    "no_log": t("No log of the day"),
    "log_incomplete": t("Days are missing in the log"),
    "shift": t("Shift of hours"),
    "other_account": t("Under another account"),
    "mismatch": t("Mismatched numbers"),
    "unknown": t("Calls without a result"),
    "duplicates": t("Repeated records"),
    "overflow_only": t("The bill has the overflow alone"),
    "unexplained": t("No cause found"),
}


def agreement_sentence(found: Agreement, as_of: date) -> Bilingual:
    """Return a sentence: how far bills or consoles differ from the log, and the cause that explains most of it."""
    said = COMMA.join(_parts(found, as_of))
    return Bilingual(f"{said.zh}。", f"{said.en}.")


def agreement_severity(found: Agreement) -> Literal["good", "warn", "bad"]:
    """Return `good` if all is tolerated, `warn` if a cause explains at least a part, else `bad`."""
    if found.is_within:
        return "good"
    return "warn" if found.by_cause else "bad"


def month_text(month: date, as_of: date) -> Bilingual:
    """Return a month as text, such as `2026-11`; the Chinese text has no year if it is the year of the as-of."""
    zh = f"{month.month} 月" if month.year == as_of.year else f"{month.year} 年 {month.month} 月"
    return Bilingual(zh, f"{month:%Y-%m}")


def _parts(found: Agreement, as_of: date) -> Iterator[Bilingual]:
    share = level(found.absolute_difference / found.stated) if found.stated else "—"
    if found.month:
        yield t("The bill of {month} and the log differ by {share}").format(
            month=month_text(found.month, as_of), share=share
        )
    else:
        yield t("Over the last 30 days console and log differ by {share}").format(share=share)
    if found.missing_log_days:
        yield t("the log lacks days: {count}").format(count=found.missing_log_days)
    if found.is_within:
        yield t("which is tolerated")
    elif found.by_cause:
        cause, explained = found.by_cause[0]
        part = per_cent(explained / found.absolute_difference, 0)
        if cause == "shift" and found.shift_hours is not None:
            yield t("a shift of {count} h explains {share} of it").format(count=abs(found.shift_hours), share=part)
        else:
            yield t("{share} of it explained by: {cause}").format(cause=CAUSE_WORDS[cause], share=part)
    if found.unexplained and not found.is_within:
        yield _unexplained(found)


def _unexplained(found: Agreement) -> Bilingual:
    counted = f"{found.unexplained:,}"
    if found.unexplained_amount is None:
        return t("not explained: {count}").format(count=counted)
    amount = yuan(found.unexplained_amount)
    return t("not explained: {count} (about ¥{amount})").format(count=counted, amount=amount)
