-- One row per app, or `*` for all apps, from $first_app to $last_app: its figures as a JSON document. `tables` are
-- defined in `document_tables.py` and read the relations below; empty tables are left out.
-- noqa: disable=ST03
WITH steps AS (
    SELECT *, list_position($outcomes, outcome) - 1 AS outcome_place
    FROM failures
    WHERE app_key BETWEEN $first_app AND $last_app
), failed_outcomes AS (
    SELECT
        app_key,
        window_days,
        step,
        outcome_place AS outcome,
        any_value(steps.outcome) AS outcome_name,
        {{ sums(span_names(["records"])) }}
    FROM steps
    GROUP BY app_key, window_days, step, outcome_place
), failed_codes AS (
    SELECT
        app_key,
        window_days,
        step,
        list_position($channels, channel) - 1 AS channel,
        outcome_place AS outcome,
        records,
        coalesce(to_json(code_place), json_array(vendor, result_code)) AS code,
        row_number() OVER (
            PARTITION BY app_key, window_days, step
            ORDER BY records DESC, steps.channel, vendor, result_code, steps.outcome, code_place NULLS FIRST
        ) AS place
    FROM steps
    WHERE result_code IS NOT NULL AND records > 0
    QUALIFY place <= 10
), incident_spans AS (
    SELECT DISTINCT
        app_key,
        channel,
        first_day,
        last_day,
        kind = 'further' AS is_further,
        metric = '{{ SIGN_IN }}' AS is_of_sessions
    FROM incidents
    WHERE coalesce(last_day, $last) >= $long_first
), own_notes AS (
    -- Notes on all apps are in the data of the site.
    SELECT app_key, day, text
    FROM notes
    WHERE day BETWEEN $long_first AND $last AND app_key <> '*'
), tables AS (
    {{ tables_query() }}
), restated_days AS (
    SELECT subject AS app_key, list(DISTINCT day ORDER BY day) AS days
    FROM restatements, unnest([app_key, '*']) AS subjects(subject)
    WHERE is_figure(metric) AND day BETWEEN $first AND $last AND subject BETWEEN $first_app AND $last_app
    GROUP BY subject
)
SELECT
    listed.app_key,
    to_json({
        'key': listed.app_key,
        'as_of': $last::VARCHAR,
        'name': listed.app_name,
        'platform': listed.platform,
        'status': listed.status,
        'account': listed.account_id,
        'schemes': listed.schemes,
        'records': presence.records,
        'usual': presence.usual_records,
        'devices': presence.devices,
        'first_seen': CASE
            WHEN listed.app_key = '*' THEN (SELECT min(first_seen) FROM presence)
            ELSE presence.first_seen
        END,
        'last_seen': presence.last_seen,
        'restated': coalesce(restated_days.days, []),
        'days': charts.days::JSON,
        'months': charts.months::JSON,
        'tables': tables.tables
    })::VARCHAR AS document
FROM listed_apps AS listed
JOIN charts USING (app_key)
LEFT JOIN tables USING (app_key)
LEFT JOIN presence USING (app_key)
LEFT JOIN restated_days USING (app_key)
WHERE listed.app_key BETWEEN $first_app AND $last_app
ORDER BY listed.app_key
