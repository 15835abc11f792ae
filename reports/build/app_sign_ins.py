"""Builds the JSON texts of sign-in sessions: tables, numbers by day and a sentence.

`app_files.py` writes an app's text as a script into the app's folder, `site.py` the script of all apps into `data/`.
A page loads its script when a reader scrolls near; `static/js/sign_ins/sign_ins.ts` draws it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from orjson import Fragment

from pipelines.common.text import Bilingual
from reports.build.writer import with_fields
from reports.content.published import PublishedTables
from reports.content.sign_in.sign_in_words import sentence
from reports.content.sign_in.sign_ins import DaySessions, Failed, Stop

SIGN_INS_FILE = "sign_ins.js"


class SignInDocument(NamedTuple):
    """The sign-in sessions of an app: a sentence about the data day, and all figures as a JSON text."""

    line: Bilingual
    text: str


def sign_in_documents(
    marts: PublishedTables, keys: Sequence[str], word: Callable[[str], Bilingual]
) -> dict[str, SignInDocument]:
    """Return the sign-in sessions of each app that has a sign-in record in the last 90 days, by app key.

    `keys` are sorted, and all apps from the first key to the last are read. The key `*` is all apps together. `word`
    returns the words for channels and outcomes.
    """
    as_of = marts.publication.as_of
    span = {"first_app": keys[0], "last_app": keys[-1]}
    documents = dict(marts.rows("sign_in_documents", **span))
    found = {}
    for key, without_subject, way_days, step_days, records, sessions, cut, rate, *rest in marts.rows(
        "sign_in/app_lines", **span
    ):
        failed, stop = Failed(*rest[:3]), Stop(*rest[3:]) if rest[-1] else None
        line = sentence(as_of, DaySessions(records, sessions, cut, rate, failed, stop), word)
        fields = {
            "line": line.pair,
            "records": records,
            "without_subject": without_subject,
            "way_days": Fragment(way_days),
            "step_days": Fragment(step_days),
        }
        found[key] = SignInDocument(line, with_fields(documents[key], fields))
    return found
