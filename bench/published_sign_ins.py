"""Makes the sign-in tables of a made-up published database, from the rows of `channel_detail_daily` that `published.py`
makes.
"""

import duckdb

# Sessions of each line of an app's detail: of 100, 78 sign in directly, 4 by retry, 6 otherwise.
_SESSIONS = """(
    SELECT
        day, app_key, channel AS entry_channel, platform, carrier, scheme_id,
        '2.' || (13 + hash(app_key, platform, channel, carrier) % 3) || '.0' AS sdk_version,
        authorization_requests AS sessions,
        sessions * 4 // 100 AS retry, sessions * 6 // 100 AS other, sessions // 100 AS cut, sessions * 11 // 100 AS lost
    FROM out.channel_detail_daily
    WHERE channel <> 'local_verify'
) AS sessions"""
_ONE_CLICK = f"(FROM {_SESSIONS} WHERE entry_channel = 'one_click') AS sessions"

_STATEMENTS = (
    f"""INSERT INTO out.session_daily BY NAME
    SELECT *, sessions - retry - other - cut - lost AS direct, 0 AS unchecked FROM {_SESSIONS} ORDER BY ALL""",
    f"""INSERT INTO out.session_paths_daily BY NAME
    SELECT
        day, app_key, 'one_click' AS failed_channel,
        unnest(['carrier_error', 'timeout', 'cancelled', 'timeout']) AS failure,
        unnest(['retry', 'other', 'lost', 'cut']) AS way, unnest(['one_click', 'wechat', NULL, NULL]) AS signed_in_by,
        unnest([sum(retry), sum(other), sum(lost), sum(cut)])::BIGINT AS sessions,
        unnest([sum(retry), sum(other), 0, 0])::BIGINT // 2 AS within_minute
    FROM {_ONE_CLICK}
    GROUP BY day, app_key
    ORDER BY ALL""",
    f"""INSERT INTO out.session_stops_daily BY NAME
    SELECT
        day, app_key, entry_channel AS channel, unnest(['page', 'authorize']) AS stage,
        unnest(['success', 'cancelled']) AS outcome, (1 + sum(lost) // 2)::BIGINT AS sessions
    FROM {_SESSIONS}
    GROUP BY day, app_key, entry_channel
    ORDER BY ALL""",
    f"""INSERT INTO out.funnel_daily BY NAME
    SELECT
        day, app_key, platform, carrier, sdk_version, scheme_id, sessions, sessions AS page,
        sessions * 92 // 100 AS click,
        sessions * 90 // 100 AS authorize, sessions * 88 // 100 AS verify, click AS page_click,
        authorize AS click_authorize, verify AS authorize_verify, verify AS page_signed_in, verify AS signed_in
    FROM {_ONE_CLICK}
    ORDER BY ALL""",
    f"""INSERT INTO out.session_times_daily BY NAME
    SELECT
        day, app_key, unnest(['page_click', 'click_authorize', 'authorize_verify', 'page_signed_in']) AS step,
        sum(sessions)::BIGINT AS sessions, (800 + hash(app_key, day, step) % 500)::INTEGER AS p50_ms,
        p50_ms * 3 AS p95_ms, 0 AS negative
    FROM {_ONE_CLICK}
    GROUP BY day, app_key
    ORDER BY ALL""",
    f"""INSERT INTO out.session_books BY NAME
    SELECT
        day, app_key, sum(sessions)::BIGINT * 3 AS records, sum(sessions)::BIGINT // 50 AS without_subject,
        sum(sessions)::BIGINT AS sessions, true AS by_server
    FROM {_SESSIONS}
    GROUP BY day, app_key
    ORDER BY ALL""",
)


def add_sign_ins(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the sign-in tables of the attached database `out`. Its table `channel_detail_daily` must have rows."""
    for statement in _STATEMENTS:
        connection.execute(statement)
