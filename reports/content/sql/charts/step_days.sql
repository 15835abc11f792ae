-- One row per row of funnel_daily and session_times_daily, and one per day for all apps together (`*`): one_click
-- sessions by step, or the median time between two steps, from $reference_first to the as-of. App, channel and day
-- (`place`) are indexes as in `chart_days.sql`. The caller sums the counts of rows with the same app and day.
WITH counted AS (
    SELECT app_key, day, {{ each(FUNNEL, "{}") }} FROM funnel_daily
    UNION ALL BY NAME
    SELECT '*' AS app_key, day, {{ sums(FUNNEL) }} FROM funnel_daily WHERE $first_app_place = 0 GROUP BY day
    UNION ALL BY NAME
    SELECT app_key, day, {{ each_of(STEP_PAIRS, "CASE WHEN step = '{0}' THEN p50_ms END AS {0}_p50_ms") }}
    FROM session_times_daily
), placed AS (
    SELECT 'one_click' AS channel, (day - $long_first::DATE)::INTEGER AS place, * EXCLUDE (day)
    FROM counted
    WHERE day BETWEEN $reference_first AND $last
)
{{ indexed("placed") }}
