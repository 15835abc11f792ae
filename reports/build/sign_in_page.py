"""Composes the page of sign-in sessions: its CSV files, and the values of its template.

The figures are computed in `reports/content/sign_in/`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pipelines.common.days import window
from pipelines.common.text import Bilingual
from pipelines.contract.measures.session_metrics import WAYS
from pipelines.contract.record.dimensions import BY_KEY, COMPARED
from pipelines.incidents.usual.norms import IncidentDays, usual_of
from pipelines.store.site_publication import LONG_DAYS
from reports.build.writer import SiteWriter, WrittenFile
from reports.content.context import App, Quality, json_block
from reports.content.published import DAYS, PublishedTables
from reports.content.sign_in.compared import compared
from reports.content.sign_in.sign_in_words import EXAMPLES, FUNNEL_ROWS, HOW_TO_LOG, WAY_WORDS, sentence, stop_words
from reports.content.sign_in.sign_ins import sign_ins
from reports.content.sign_in.usual_funnel import usual_funnel
from reports.content.sign_in.way_drawings import way_bar, way_days
from reports.content.wording.language import t
from reports.export.column_words import Language
from reports.export.csv_files import csv_bytes, harmless

SIGN_IN_PAGE: Final = "signin.html"
SIGN_IN_CSVS: Final = {
    "sessions": t("Sign-in sessions by day, the last 30 days"),
    "session_paths": t("Sign-in sessions after a failure, the last 30 days"),
    "session_stops": t("Last step of users who were not seen signing in, the last 30 days"),
    "funnel": t("The funnel of one-click login by day, the last 30 days"),
}
"""Titles of the CSV files of these tables."""
# Spans in days that the page offers.
_SPANS: Final = (7, DAYS, LONG_DAYS)
_STOPS_LISTED: Final = 10


def sign_in_files(marts: PublishedTables, writer: SiteWriter, language: Language) -> dict[str, WrittenFile]:
    """Write the files of `SIGN_IN_CSVS`, with headings in `language`, and return them by name."""
    found = {}
    for name in SIGN_IN_CSVS:
        rows = harmless(marts.frame(name))
        found[name] = writer.write(f"{name}.csv", csv_bytes(rows, language), rows.height)
    return found


def sign_in_values(
    marts: PublishedTables,
    by_key: Mapping[str, App],
    word: Callable[[str], Bilingual],
    incident_days: IncidentDays,
    quality: Quality,
) -> dict[str, Any]:
    """Return the values of the page's template, except the files.

    Args:
        marts: tables on which `prepare` was called.
        word: returns the words for channels and outcomes.
    """
    as_of = marts.publication.as_of
    today = sign_ins(marts, 1)
    by_day: dict[str | None, dict[date, Sequence[int]]] = defaultdict(dict)
    for day, entry_channel, *ways in marts.rows("sign_in/ways_by_day"):
        by_day[entry_channel][day] = ways
    return {
        "sentence": sentence(as_of, today.day_sessions, word),
        "today": today,
        "spans": [(days, window(as_of, days).first, sign_ins(marts, days)) for days in _SPANS],
        "days_drawn": lambda days, entry_channel: way_days(list(window(as_of, days)), by_day[entry_channel]),
        "with_data": {days: quality.coverage(window(as_of, days)) for days in _SPANS},
        "chosen_days": DAYS,
        "times": {step: rest for step, *rest in marts.rows("session_times")},
        "norms": usual_funnel(marts, incident_days),
        "usual_of": usual_of,
        "by_key": by_key,
        "WAYS": WAYS,
        "way_words": WAY_WORDS,
        "funnel_rows": FUNNEL_ROWS,
        "how_to_log": HOW_TO_LOG,
        "examples": EXAMPLES,
        "way_bar": way_bar,
        "stop_words": lambda stop: stop_words(stop, word),
        "stops_listed": _STOPS_LISTED,
        "data": json_block(
            {
                "dimensions": [{"key": key, "label": BY_KEY[key].label.pair} for key in COMPARED],
                "spans": {str(days): found for days, found in compared(marts).items()},
            }
        ),
    }
