-- grain: as session_groups, with words for numbers, and with the client or server columns that apply to the app's day
WITH answered AS (
    SELECT
        *,
        CASE WHEN by_server THEN channel_server ELSE channel_client END AS channel_number,
        CASE WHEN by_server THEN is_failed_server ELSE is_failed_client END AS is_failed,
        CASE WHEN by_server THEN is_within_server ELSE is_within_client END AS is_within
    FROM session_groups
    JOIN (SELECT app, day, app_key, by_server FROM session_apps) USING (app)
)
SELECT
    day,
    app_key,
    channel_of(entry_channel) AS entry_channel,
    coalesce(platform_word(platform), 'unknown') AS platform,
    coalesce(carrier_word(carrier), 'unknown') AS carrier,
    sdk_version,
    scheme_id,
    channel_of(last_channel) AS last_channel,
    stage_word(last_stage) AS last_stage,
    outcome_word(last_outcome) AS last_outcome,
    is_failed,
    channel_of(failed_channel) AS failed_channel,
    outcome_word(failure) AS failure,
    channel_of(channel_number) AS signed_in_by,
    CASE
        WHEN channel_number IS NULL THEN CASE WHEN is_at_end THEN 'cut' ELSE 'lost' END
        WHEN is_failed AND channel_number = failed_channel THEN 'retry'
        WHEN NOT is_failed AND channel_number = entry_channel THEN 'direct'
        ELSE 'other'
    END AS way,
    is_within,
    flags & 1 > 0 AS has_one_click,
    flags & 4 > 0 AS is_unchecked,
    has_page,
    has_click,
    has_authorize,
    has_verify,
    coalesce(channel_number = channel_number('one_click'), false) AS is_by_one_click,
    sessions
FROM answered
LEFT JOIN (SELECT hash(sdk_version) AS sdk, min(sdk_version) AS sdk_version FROM record_groups GROUP BY ALL) USING (sdk)
LEFT JOIN (SELECT hash(scheme_id) AS scheme, min(scheme_id) AS scheme_id FROM record_groups GROUP BY ALL) USING (scheme)
