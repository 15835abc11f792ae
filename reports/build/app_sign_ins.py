"""Builds the script with the sign-in sessions of an app: tables, numbers by day and a sentence.

`app_files.py` writes it into the app's folder. The app's page loads it when a reader scrolls near the section of
sign-ins, which `static/js/sign_ins/sign_ins.ts` draws.
"""

from collections.abc import Callable, Iterator, Sequence

from orjson import Fragment

from pipelines.common.text import Bilingual
from reports.build.writer import with_fields
from reports.content.published import PublishedTables
from reports.content.sign_in.after_failure import FailureRow
from reports.content.sign_in.sign_in_words import sentence
from reports.content.sign_in.sign_ins import DaySessions, Stop, Ways

SIGN_INS_FILE = "sign_ins.js"


def sign_in_documents(marts: PublishedTables, keys: Sequence[str], word: Callable[[str], Bilingual]) -> dict[str, str]:
    """Return a JSON document for each app that has a sign-in record in the last 90 days, by app key.

    `keys` are sorted, and all apps from the first key to the last are read. `word` returns the words for channels and
    outcomes.
    """
    span = {"first_app": keys[0], "last_app": keys[-1]}
    documents = dict(marts.rows("sign_in/app_documents", **span))
    return {key: with_fields(documents[key], line) for key, line in _lines(marts, span, word)}


def _lines(
    marts: PublishedTables, span: dict[str, str], word: Callable[[str], Bilingual]
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the key of each app, and the fields of the app's document that are not tables.

    The fields are a sentence about the data day in both languages (`line`), the data day's sign-in records (`records`,
    `without_subject`), and sessions by day (`way_days`, `step_days`). `span` has the first and the last app key.
    """
    as_of = marts.publication.as_of
    for key, records, without_subject, *counts, way_days, step_days in marts.rows("sign_in/app_lines", **span):
        ways, (failed, retry, cut, lost, within_minute), stop = counts[:7], counts[7:12], counts[12:]
        found = DaySessions(
            records,
            Ways(None, *ways),
            FailureRow(None, None, failed, retry, [], cut, lost, within_minute),
            [Stop(*stop)] if stop[-1] else [],
        )
        line = sentence(as_of, found, word)
        yield (
            key,
            {
                "line": (line.zh, line.en),
                "records": records,
                "without_subject": without_subject,
                "way_days": Fragment(way_days),
                "step_days": Fragment(step_days),
            },
        )
