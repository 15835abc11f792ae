"""Composes the page of sign-in sessions: the titles of its CSV files, its data script, and the template values.

The figures are computed in `reports/content/sign_in/`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipelines.common.text import Bilingual
from pipelines.contract.record.fields import ALL_APPS
from pipelines.store.site_publication import LONG_DAYS
from reports.build.app_sign_ins import SIGN_INS_FILE, sign_in_documents
from reports.build.writer import script, with_fields
from reports.content.context import App
from reports.content.published import DAYS, PublishedTables
from reports.content.sign_in.sign_in_words import no_record
from reports.content.sign_in.sign_ins import app_sign_ins
from reports.content.wording.language import t

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


def sign_in_values(
    marts: PublishedTables, by_key: Mapping[str, App], word: Callable[[str], Bilingual]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the values of the page's template, except the files, and the content of the page's data script by path.

    Without a sign-in record in the last 90 days there is no data script.

    Args:
        marts: tables on which `prepare` was called.
        word: returns the words for channels and outcomes.
    """
    found = sign_in_documents(marts, [ALL_APPS], word).get(ALL_APPS)
    values = {
        "sentence": found.line if found else no_record(marts.publication.as_of),
        "has_records": found is not None,
        "apps": {days: app_sign_ins(marts, days) for days in _SPANS},
        "shown_days": DAYS,
        "by_key": by_key,
    }
    if not found:
        return values, {}
    document = with_fields(found.text, {"schemes": dict(marts.rows("compared_schemes"))})
    return values, {f"data/{SIGN_INS_FILE}": script("AUTHMETER_SIGN_INS", document)}
