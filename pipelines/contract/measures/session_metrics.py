"""The counts and rates of sign-in sessions: how many sessions began, signed in, or stopped, and at which step.

Counts of sessions are columns, or sums of a column, of `session_daily`, `session_paths_daily` and `funnel_daily`.
Pre-fetches belong to no session: they are counts of records in `outcome_daily`. A rate is a quotient of sums of these
counts.
"""

from typing import Final

from pipelines.common.text import Bilingual
from pipelines.contract.measures.measure import Measure

SIGNED_IN: Final = ("direct", "retry", "other")
"""The values of `way` for sessions that signed in."""
WAYS: Final = (*SIGNED_IN, "cut", "lost")
STEPS: Final = ("page", "click", "authorize", "verify")
"""The steps of the funnel, in order: stages of one_click."""
STEP_PAIRS: Final = {
    "page_click": ("page", "click"),
    "click_authorize": ("click", "authorize"),
    "authorize_verify": ("authorize", "verify"),
    "page_signed_in": ("page", "signed_in"),
}
"""Names of the counts of sessions with two steps, and these steps. The first step is the denominator of the rate."""
FUNNEL: Final = (*STEPS, *STEP_PAIRS, "signed_in")
"""The counts of the funnel, in the order of `funnel_daily`."""
_HAS: Final = {step: f"has_{step}" for step in STEPS} | {"signed_in": "is_by_one_click"}
FUNNEL_CONDITIONS: Final = {name: " AND ".join(_HAS[step] for step in STEP_PAIRS.get(name, (name,))) for name in FUNNEL}
"""The condition on a row of `session_facts` for each count of the funnel."""
_PREFETCH = "channel = 'one_click' AND stage = 'prefetch'"


def _of_sessions(name: str, zh: str, en: str, meaning: Bilingual, expression: str) -> Measure:
    """Return a count of sessions; `zh` and `en` are its label."""
    return Measure(name=name, label=Bilingual(zh, en), unit="sessions", meaning=meaning, expression=expression)


SESSIONS: Final = (
    Measure(
        name="sessions",
        label=Bilingual("登录会话", "Sign-in sessions"),
        unit="sessions",
        meaning=Bilingual(
            "同一应用、同一设备相隔不超过 10 分钟（session_minutes）的登录记录为一次会话。",
            "Sign-in records of one app and device, with at most 10 minutes (`session_minutes`) from one to the next.",
        ),
        expression="count(*)",
        caveat=Bilingual(
            "没有设备号的记录按 attempt_id 归入；两者都没有的不在任何会话中。零点会切断会话。",
            "A record without a device joins by its attempt_id. A record without both is in no session. Midnight ends "
            "a session.",
        ),
    ),
    _of_sessions(
        "direct", "直接登录", "Signed in directly",
        Bilingual(
            "没有失败、以首个渠道登录的会话。",
            "Sessions that signed in by the channel of their first record, without a failure.",
        ),
        "count_if(way = 'direct')",
    ),
    _of_sessions(
        "retry", "重试登录", "Signed in by retry",
        Bilingual("失败后以同一渠道登录的会话。", "Sessions that signed in by the channel of their first failure."),
        "count_if(way = 'retry')",
    ),
    _of_sessions(
        "other", "换方式登录", "Signed in by another way",
        Bilingual("以其他渠道登录的会话。", "Sessions that signed in by another channel."),
        "count_if(way = 'other')",
    ),
    _of_sessions(
        "cut", "跨日", "Cut by midnight",
        Bilingual(
            "未见登录、最后一条记录接近当日结束的会话：之后可能登录。",
            "Sessions that were not seen signing in and whose last record is close to the end of the day.",
        ),
        "count_if(way = 'cut')",
    ),
    _of_sessions(
        "lost", "未见登录", "Not seen signing in",
        Bilingual("其余未见登录的会话。", "All other sessions that were not seen signing in."),
        "count_if(way = 'lost')",
    ),
    Measure(
        name="sign_in_rate",
        label=Bilingual("登录成功率", "Sign-in rate"),
        unit="share",
        meaning=Bilingual("登录成功的会话所占的比例，跨日会话除外。", "Share of sessions that signed in."),
        caveat=Bilingual(
            "服务端日志没有接入时，以 SDK 授权成功为登录。",
            "If an app's server does not log, an authorization of the SDK counts as signed in.",
        ),
        numerator=" + ".join(SIGNED_IN),
        denominator="sessions - cut",
        better="higher",
    ),
    _of_sessions(
        "failed_sessions", "先失败的会话", "Sessions with a failure",
        Bilingual(
            "登录前有失败的会话，跨日会话除外。",
            "Sessions with a failure before they signed in, except sessions cut by midnight.",
        ),
        "sum(sessions) FILTER (way <> 'cut')",
    ),
    _of_sessions(
        "recovered_sessions", "失败后登录的会话", "Sessions recovered from a failure",
        Bilingual("先失败、后来登录的会话。", "Sessions that signed in after a failure."),
        f"sum(sessions) FILTER (way IN {SIGNED_IN})",
    ),
    Measure(
        name="recovery_rate",
        label=Bilingual("失败挽回率", "Recovery rate"),
        unit="share",
        meaning=Bilingual(
            "先失败的会话中后来登录的比例。", "Share of sessions with a failure that signed in after it."
        ),
        caveat=Bilingual(
            "失败后改用的方式未接入日志时，看不到其登录。",
            "A user who signs in by a way that is not logged is not seen signing in.",
        ),
        numerator="recovered_sessions",
        denominator="failed_sessions",
        better="higher",
    ),
    _of_sessions(
        "page", "授权页展示", "Page shown",
        Bilingual("一键登录授权页成功展示的会话。", "Sessions in which the authorization page of one_click was shown."),
        "count_if(page)",
    ),
    _of_sessions(
        "page_click", "展示且点击", "Page shown and clicked",
        Bilingual("授权页已展示、且点击了登录的会话。", "Sessions in which the page was shown and login was pressed."),
        "count_if(page AND click)",
    ),
    _of_sessions(
        "page_signed_in", "展示且登录", "Page shown and signed in",
        Bilingual(
            "授权页已展示、且以一键登录登录的会话。",
            "Sessions in which the page was shown and that signed in by one_click.",
        ),
        "count_if(page AND signed_in)",
    ),
    Measure(
        name="page_rate",
        label=Bilingual("授权页转化率", "Page conversion rate"),
        unit="share",
        meaning=Bilingual(
            "展示授权页的会话中以一键登录登录的比例。",
            "Share of sessions with the page shown that signed in by one_click.",
        ),
        numerator="page_signed_in",
        denominator="page",
        better="higher",
    ),
    Measure(
        name="click_rate",
        label=Bilingual("点击率", "Click rate"),
        unit="share",
        meaning=Bilingual(
            "展示授权页的会话中点击登录的比例。", "Share of sessions with the page shown in which login was pressed."
        ),
        numerator="page_click",
        denominator="page",
        better="higher",
    ),
    Measure(
        name="prefetches",
        label=Bilingual("预取号", "Pre-fetches"),
        unit="records",
        meaning=Bilingual("一键登录预取号步骤的记录数。", "Records of the prefetch step in channel one_click."),
        expression=f"sum(records) FILTER ({_PREFETCH})",
    ),
    Measure(
        name="prefetch_successes",
        label=Bilingual("取号成功", "Successful pre-fetches"),
        unit="records",
        meaning=Bilingual("其中结果为成功的记录数。", "Pre-fetches with outcome success."),
        expression=f"sum(records) FILTER ({_PREFETCH} AND outcome = 'success')",
    ),
    Measure(
        name="eligible_rate",
        label=Bilingual("取号成功率", "Eligible rate"),
        unit="share",
        meaning=Bilingual(
            "一键登录预取号成功的比例：能否使用一键登录。",
            "Share of pre-fetches that succeeded: the share of users that can use one_click.",
        ),
        numerator="prefetch_successes",
        denominator="prefetches",
        better="higher",
    ),
)  # fmt: skip
SESSION_RATES: Final = tuple(one.name for one in SESSIONS if one.kind == "rate")
"""The metrics above that are rates."""
