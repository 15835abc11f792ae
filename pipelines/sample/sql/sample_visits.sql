-- Grain: one row per visit of sample_draws in which somebody tried to sign in: a planned session. Nobody returns to an
-- app within minutes or stays past midnight, so the day and the number of a visit identify it. `signed_in_by` is the
-- channel of the sign-in, NULL if the visit did not sign in. `is_cut` is true if the visit did not sign in and its last
-- record is within the last ten minutes of the day. `sdk_version`, `carrier` and `scheme_id` are the same in all
-- records of a visit that have them.
WITH steps AS (
    SELECT
        *,
        drawn_outcome = 'success'
        AND (stage IN ('verify', 'login') OR stage = 'authorize' AND (channel <> 'one_click' OR NOT logs_server))
            AS is_completing,
        drawn_outcome NOT IN ('success', 'unchecked') AS is_failure
    FROM sample_draws
    WHERE stage <> 'prefetch' AND channel <> 'local_verify' AND NOT is_again
),

visits AS (
    SELECT
        day,
        visit_no,
        any_value(app_key) AS app_key,
        arg_min(channel, ms_of_day) AS entry_channel,
        any_value(coalesce(logged_platform, CASE WHEN is_registered THEN platform ELSE 'unknown' END)) AS platform,
        coalesce(any_value(CASE WHEN has_carrier THEN ['CMCC', 'CUCC', 'CTCC'][carrier_no] END), 'unknown') AS carrier,
        any_value(sdk_version) AS sdk_version,
        any_value(scheme_id) AS scheme_id,
        arg_min(channel, ms_of_day) FILTER (is_completing) AS signed_in_by,
        min(ms_of_day) FILTER (is_completing) AS signed_in_ms,
        arg_min(channel, ms_of_day) FILTER (is_failure) AS first_failed_channel,
        arg_min(drawn_outcome, ms_of_day) FILTER (is_failure) AS first_failure,
        min(ms_of_day) FILTER (is_failure) AS failed_ms,
        bool_or(drawn_outcome = 'unchecked') AS is_unchecked,
        arg_max(channel, ms_of_day) AS last_channel,
        arg_max(stage, ms_of_day) AS last_stage,
        arg_max(drawn_outcome, ms_of_day) AS last_outcome,
        max(ms_of_day) AS last_ms
    FROM steps
    GROUP BY day, visit_no
)

SELECT
    visits.* EXCLUDE (signed_in_ms, failed_ms, first_failed_channel, first_failure, last_ms),
    failed_ms < coalesce(signed_in_ms, failed_ms + 1) AS is_failed,
    CASE WHEN is_failed THEN first_failed_channel END AS failed_channel,
    CASE WHEN is_failed THEN first_failure END AS failure,
    signed_in_by IS NULL AND last_ms >= 86400000 - 600000 AS is_cut
FROM visits
