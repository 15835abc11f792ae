-- One row per dimension and place: sign-in sessions and funnel from $first to $last of the $listed values with most
-- sessions, then one row for all others (`value` NULL, `merged` of them).
WITH cells AS (
    SELECT
        platform, carrier, sdk_version, scheme_id,
        {{ sums(("sessions",)) }},
        {{ numerator("sign_in_rate", "sum({})") }}::BIGINT AS sign_ins,
        {{ denominator("sign_in_rate", "sum({})") }}::BIGINT AS concluded,
        {{ each(FUNNEL, "0::BIGINT") }}
    FROM session_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY platform, carrier, sdk_version, scheme_id
    UNION ALL BY NAME
    SELECT platform, carrier, sdk_version, scheme_id, 0 AS sessions, 0 AS sign_ins, 0 AS concluded, {{ sums(FUNNEL) }}
    FROM funnel_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY platform, carrier, sdk_version, scheme_id
),
turned AS (
    SELECT
        unnest(['sdk_version', 'scheme_id', 'platform', 'carrier']) AS dimension,
        unnest([sdk_version, scheme_id, platform, carrier]) AS given,
        * EXCLUDE (sdk_version, scheme_id, platform, carrier)
    FROM cells
),
by_value AS (
    SELECT
        dimension,
        coalesce(given, 'unknown') AS known_value,
        {{ sums(("sessions", "sign_ins", "concluded") + FUNNEL) }}
    FROM turned
    GROUP BY dimension, known_value
),
placed AS (
    SELECT
        least(row_number() OVER (PARTITION BY dimension ORDER BY sessions DESC, known_value), $listed + 1) AS place,
        *
    FROM by_value
)
SELECT
    dimension,
    CASE WHEN place <= $listed THEN min(known_value) END AS value,
    CASE WHEN place > $listed THEN count(*) END AS merged,
    {{ sums(("sessions", "sign_ins", "concluded") + FUNNEL) }}
FROM placed
GROUP BY dimension, place
ORDER BY dimension, place
