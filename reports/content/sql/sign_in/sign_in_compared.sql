-- One row per app, or `*` for all apps, window (7, 30, 90 days), dimension and place: sign-in sessions and funnel of
-- the values with most sessions, then one row for all other values (`value` is NULL, `merged` their number). An app has
-- $compared_listed values, `*` has $whole_compared_listed.
WITH windows AS (
    SELECT DISTINCT shortest AS window_days FROM day_windows WHERE shortest > 1
),
cells AS (
    SELECT
        app_key,
        shortest,
        {{ each_of(SESSION_DIMENSIONS, "{0}") }},
        {{ sums(("sessions",)) }},
        {{ numerator("sign_in_rate", "sum({})") }}::BIGINT AS sign_ins,
        {{ denominator("sign_in_rate", "sum({})") }}::BIGINT AS concluded,
        {{ each(FUNNEL, "0::BIGINT") }}
    FROM session_cells
    GROUP BY app_key, shortest, {{ each_of(SESSION_DIMENSIONS, "{0}") }}
    UNION ALL BY NAME
    SELECT
        app_key,
        shortest,
        {{ each_of(SESSION_DIMENSIONS, "{0}") }},
        0 AS sessions, 0 AS sign_ins, 0 AS concluded,
        {{ each(FUNNEL, "{}") }}
    FROM funnel_cells
),
turned AS (
    SELECT
        unnest([{{ each_of(SESSION_DIMENSIONS, "'{0}'") }}]) AS dimension,
        unnest([{{ each_of(SESSION_DIMENSIONS, "{0}") }}]) AS given,
        * EXCLUDE ({{ each_of(SESSION_DIMENSIONS, "{0}") }})
    FROM cells
),
by_value AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        window_days,
        dimension,
        coalesce(given, 'unknown') AS known_value,
        {{ sums(("sessions", "sign_ins", "concluded") + FUNNEL) }}
    FROM turned
    JOIN windows ON shortest <= window_days
    GROUP BY window_days, dimension, known_value, GROUPING SETS ((app_key), ())
),
ranked AS (
    SELECT
        row_number() OVER (PARTITION BY app_key, window_days, dimension ORDER BY sessions DESC, known_value) AS rank,
        *
    FROM by_value
),
placed AS (
    SELECT if(app_key = '*', $whole_compared_listed, $compared_listed) AS listed, least(rank, listed + 1) AS place, *
    FROM ranked
)
SELECT
    app_key,
    window_days,
    dimension,
    place,
    CASE WHEN place <= listed THEN min(known_value) END AS value,
    CASE WHEN place > listed THEN count(*) END AS merged,
    {{ sums(("sessions", "sign_ins", "concluded") + FUNNEL) }}
FROM placed
GROUP BY app_key, window_days, dimension, place, listed
ORDER BY app_key
