"""Texts of sign-in sessions: steps, places where users stopped, and the first sentence of the page.

The figures are in `sign_ins.py`.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Final

from pipelines.common.text import MIDDLE_DOT, NO_TEXT, Bilingual
from pipelines.contract.measures.session_metrics import STEP_PAIRS, STEPS
from pipelines.contract.record.dimensions import BY_KEY, COMPARED
from reports.content.sign_in.sign_ins import DaySessions, Failed, Stop
from reports.content.wording.formats import count, level, month_day, share_of
from reports.content.wording.language import t

STAGE_WORDS: Final = {
    "page": t("Authorization page"),
    "click": t("Click"),
    "authorize": t("Authorization"),
    "verify": t("Verification"),
    "login": t("Server-side login"),
}
FUNNEL_ROWS: Final = (
    (STAGE_WORDS["page"], "page", None),
    (STAGE_WORDS["click"], "click", "page_click"),
    (STAGE_WORDS["authorize"], "authorize", "click_authorize"),
    (STAGE_WORDS["verify"], "verify", "authorize_verify"),
    (t("Signed in by one-click login, of the page"), "signed_in", "page_signed_in"),
)
"""Rows of the funnel: label, count and rate; the first row has no rate."""
# Texts for the last record of a session: as a line of a list, and as the place where users stop.
_STOPS: Final = {
    ("one_click", "page", "success"): (
        t("No click after the authorization page was shown"),
        t("the authorization page (no click)"),
    ),
    ("one_click", "click", "success"): (t("No answer after the click"), t("the click (no answer)")),
    ("one_click", "authorize", "success"): (
        t("Authorized, but the server did not fetch the number"),
        t("the authorization (the server did not fetch the number)"),
    ),
}
HOW_TO_LOG: Final = {
    "page": t("The logs lack the authorization page: let the SDK side log a record when the page opens."),
    "click": t("The logs lack the click: let the SDK side log a record when the user presses login."),
    "authorize": t("The logs lack the authorization: let the SDK side log each answer to a click."),
    "verify": t("The logs lack the verification: let the server log each exchange of a token for a number."),
}
"""Advice if the logs lack a step of the funnel."""
EXAMPLES: Final = {
    step: json.dumps(
        {
            "event_id": f"a{place}",
            "event_time": f"2026-11-23T09:30:0{place - 1}.120+08:00",
            "app_key": "shop",
            "channel": "one_click",
            "stage": step,
            "outcome": "success",
            "device_id": "d1",
            "attempt_id": "t1",
        }
    )
    for place, step in enumerate(STEPS, 1)
}
"""A log record of each step, with the fields that connect it to the others, as in `docs/log-format.md`."""


def sign_in_texts() -> dict[str, object]:
    """Return the texts and declarations of sign-in sessions that the scripts need, by name."""
    return {
        "stages": {stage: text.by_language for stage, text in STAGE_WORDS.items()},
        "stops": {" ".join(stop): line.by_language for stop, (line, _) in _STOPS.items()},
        "how_to_log": {step: text.by_language for step, text in HOW_TO_LOG.items()},
        "examples": EXAMPLES,
        "rates": STEP_PAIRS,
        "steps": STEPS,
        "compared": [
            {
                "key": key,
                "label": BY_KEY[key].label.by_language,
                "unknown": BY_KEY[key].unknown.by_language,
                "values": {value: text.by_language for value, text in BY_KEY[key].values.items()},
            }
            for key in COMPARED
        ],
    }


def no_record(day: date) -> Bilingual:
    """Return the first sentence of the sign-in page if `day` has no sign-in record."""
    return t("{day}: no sign-in record").format(day=month_day(day))


def sentence(day: date, found: DaySessions, word: Callable[[str], Bilingual]) -> Bilingual:
    """Return the first sentence of the sign-in page, about the sessions of `day`, whose figures are `found`.

    It reports how many sessions signed in, what happened after failures, and where most other sessions stopped.
    """
    if not found.records:
        return no_record(day)
    if not found.sessions:
        return t("{day}: no record names a device or an attempt, so no session is known").format(day=month_day(day))
    return _joined([_signed_in(month_day(day), found), *_after_failure(found.failed), _stopped(found.stop, word)])


def failed_words(day: date, failed: Failed, stop: Stop | None, word: Callable[[str], Bilingual]) -> Bilingual | None:
    """Return a sentence about the day's sessions with a failure, and where most lost sessions stopped.

    Args:
        failed: the sessions with a failure.
        stop: where most lost sessions stopped.

    Returns None if no session had a failure, or midnight cut all sessions with a failure.
    """
    if not failed.concluded:
        return None
    none_back = t("On {day}, of {failed} that failed, none was seen signing in")
    some_back = t(
        "On {day}, of {failed} that failed, {share} signed in by a retry or otherwise, {lost} were not seen signing in"
    )
    one_lost = t(
        "On {day}, of {failed} that failed, {share} signed in by a retry or otherwise, 1 was not seen signing in"
    )
    text = none_back if not failed.recovered else one_lost if failed.lost == 1 else some_back
    became = text.format(day=month_day(day), **_failed(failed))
    return _joined([became, _cut(failed), _stopped(stop, word)])


def _signed_in(day: str, found: DaySessions) -> Bilingual:
    is_one = found.sessions == 1
    if found.sign_in_rate is None:
        one, many = (
            t("{day}: 1 sign-in session, cut by midnight"),
            t("{day}: {sessions} sign-in sessions, all cut by midnight"),
        )
        return (one if is_one else many).format(day=day, sessions=count(found.sessions))
    if found.cut:
        text = t("{day}: {sessions} sign-in sessions, {rate} signed in ({cut} cut by midnight not counted)")
    elif is_one:
        text = t("{day}: 1 sign-in session, {rate} signed in")
    else:
        text = t("{day}: {sessions} sign-in sessions, {rate} signed in")
    return text.format(day=day, sessions=count(found.sessions), rate=level(found.sign_in_rate), cut=count(found.cut))


def _after_failure(failed: Failed) -> list[Bilingual | None]:
    if not failed.concluded:
        return []
    if not failed.recovered:
        return [t("; of {failed} that failed first, none was seen signing in").format(**_failed(failed)), _cut(failed)]
    if not failed.lost:
        return [t("; of {failed} that failed first, all signed in later").format(**_failed(failed)), _cut(failed)]
    one = t("; of {failed} that failed first, {share} signed in later, the other was not seen signing in")
    many = t("; of {failed} that failed first, {share} signed in later, the other {lost} were not seen signing in")
    return [(one if failed.lost == 1 else many).format(**_failed(failed)), _cut(failed)]


def _failed(failed: Failed) -> dict[str, str]:
    """Return the values for texts about sessions with a failure that midnight did not cut: `failed`, their number;
    `share`, the share that signed in; `lost`, the number that did not.
    """
    share = share_of(failed.recovered, failed.concluded)
    return {"failed": count(failed.concluded), "share": share, "lost": count(failed.lost)}


def _cut(failed: Failed) -> Bilingual | None:
    return t(" ({cut} more cut by midnight)").format(cut=count(failed.cut)) if failed.cut else None


def _stopped(stop: Stop | None, word: Callable[[str], Bilingual]) -> Bilingual | None:
    if not stop:
        return None
    words = MIDDLE_DOT.join((word(stop.channel), STAGE_WORDS[stop.stage], word(stop.outcome)))
    _, place = _STOPS.get(stop, (words, words))
    return t("; most of those not seen signing in stopped at {stop}").format(stop=place)


def _joined(clauses: list[Bilingual | None]) -> Bilingual:
    return NO_TEXT.join(one for one in clauses if one)
