"""Composes the page that lists all files of the site: the values of its template."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pipelines.common.days import WINDOWS
from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import CARDS
from reports.build.billing_pages import BILLING_CSVS
from reports.build.sign_in_page import SIGN_IN_CSVS
from reports.build.writer import WrittenFile
from reports.content.overviews import Overview
from reports.content.wording.language import t

# First day of a calendar month, its counts, and its file.
Month = tuple[date, tuple[Any, ...] | None, WrittenFile]
# Path, title, and the file.
ListedFile = tuple[str, Bilingual, WrittenFile]


def listed_files(
    usage_csv: WrittenFile,
    months: Sequence[Month],
    sign_in_csvs: Mapping[str, WrittenFile],
    billing_csvs: Mapping[str, WrittenFile],
) -> list[ListedFile]:
    """Return path, title and file of each CSV file about all apps together, in the order of the page."""
    return [
        (usage_csv.path, t("All apps by day, the last 30 days"), usage_csv),
        *(
            (
                file.path,
                t("All apps, the month {month}").format(
                    month=Bilingual(f"{month.year} 年 {month.month} 月", f"{month:%Y-%m}")
                ),
                file,
            )
            for month, _, file in months
        ),
        *((file.path, SIGN_IN_CSVS[name], file) for name, file in sign_in_csvs.items()),
        *((file.path, BILLING_CSVS[name], file) for name, file in billing_csvs.items()),
    ]


def files_values(
    written: Sequence[WrittenFile],
    tables: Sequence[ListedFile],
    overviews: Sequence[Overview],
    metric: str,
    as_of: date,
) -> dict[str, Any]:
    """Return the values of the page's template.

    Args:
        written: the files of the site so far.
        tables: the result of `listed_files`.
        overviews: the days with a page, newest first.
        metric: the metric whose count is listed for each day, one of `CARDS`.
    """
    place = CARDS.index(metric)
    # Earlier months are folded.
    opened = (as_of - timedelta(days=max(WINDOWS) - 1)).replace(day=1)
    by_month = [
        (month, month >= opened, [
            (one.day, one.quality.display_state, one.quality.is_restated, one.cards[place][1])
            for one in reversed(list(of_month))
        ])
        for month, of_month in groupby(overviews, lambda one: one.day.replace(day=1))
    ]  # fmt: skip
    return {
        "by_month": by_month,
        "metric": metric,
        "pages": {file.path: file for file in written if file.path.endswith(".html")},
        "tables": tables,
    }
