"""The words of sign-in sessions: ways, steps, where users stopped, and the first line of the page.

The figures are in `sign_ins.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from pipelines.common.text import Bilingual
from reports.content.sign_in.sign_ins import SignIns, Stop
from reports.content.wording.formats import count, level, month_day, share_of
from reports.content.wording.language import t

WAY_WORDS: Final = {
    "direct": t("Signed in directly"),
    "retry": t("Signed in after a retry"),
    "other": t("Signed in by another way"),
    "cut": t("Cut by midnight"),
    "lost": t("Not seen signing in"),
}
STAGE_WORDS: Final = {
    "page": t("Authorization page"),
    "click": t("Click"),
    "authorize": t("Authorization"),
    "verify": t("Verification"),
    "login": t("Server-side login"),
}
# What a last record means: as a line of a list, and as a place at which users stop.
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
"""What to do if the logs lack a step of the funnel."""


def stop_words(stop: Stop, word: Callable[[str], Bilingual]) -> Bilingual:
    """Return where users stopped, as a line of a list; `word` gives the words of channels and outcomes."""
    if found := _STOPS.get(stop[:3]):
        return found[0]
    parts = (word(stop.channel), STAGE_WORDS[stop.stage], word(stop.outcome))
    return Bilingual(" · ".join(one.zh for one in parts), " · ".join(one.en for one in parts))


def sentence(day: date, found: SignIns, word: Callable[[str], Bilingual]) -> Bilingual:
    """Return the first line of the page: the sessions of `day`, of which `found` has the figures, who signed in, what
    became of those who failed, and where most of the others stopped."""
    named = month_day(day)
    if not found.records:
        return t("{day}: no sign-in record").format(day=named)
    if not found.total.sessions:
        return t("{day}: no record names a device or an attempt, so no session is known").format(day=named)
    return _joined([_signed_in(named, found), _after_failure(found), _stopped(found, word)])


def _signed_in(day: str, found: SignIns) -> Bilingual:
    rate = found.total.sign_in_rate
    if rate is None:
        return t("{day}: {sessions} sign-in sessions, all cut by midnight").format(
            day=day, sessions=count(found.total.sessions)
        )
    return t("{day}: {sessions} sign-in sessions, {rate} signed in").format(
        day=day, sessions=count(found.total.sessions), rate=level(rate)
    )


def _after_failure(found: SignIns) -> Bilingual | None:
    total = found.paths.total
    if not total.sessions:
        return None
    rest = total.cut + total.lost
    if not rest:
        return t("; all {failed} that failed first signed in at last").format(failed=count(total.sessions))
    return t(
        "; of {failed} that failed first, {share} signed in at last; the other {rest} were not seen signing in, or cut "
        "by midnight"
    ).format(failed=count(total.sessions), share=share_of(total.recovered, total.sessions), rest=count(rest))


def _stopped(found: SignIns, word: Callable[[str], Bilingual]) -> Bilingual | None:
    if not found.stops:
        return None
    most = found.stops[0]
    stop = _STOPS[most[:3]][1] if most[:3] in _STOPS else stop_words(most, word)
    return t("; most of those not seen signing in stopped at {stop}").format(stop=stop)


def _joined(clauses: list[Bilingual | None]) -> Bilingual:
    given = [one for one in clauses if one]
    return Bilingual("".join(one.zh for one in given), "".join(one.en for one in given))
