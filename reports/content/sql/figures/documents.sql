-- app_key, or '*' for all apps together: its figures as one JSON document, for the keys from $first_app to $last_app.
-- What the matched days have is told by what the other days have beyond it, which is mostly nothing. Each part is text
-- before the parts are joined: lists of lists take a seventh longer to join
WITH channel_columns AS (
    SELECT
        app_key,
        window_days,
        [
            list(authorizations ORDER BY place),
            list(requests ORDER BY place),
            list(cancelled ORDER BY place),
            list(failed ORDER BY place),
            list(authorizations - matched_authorizations ORDER BY place),
            list(requests - matched_requests ORDER BY place),
            list(counterpart_authorizations ORDER BY place),
            list(counterpart_requests ORDER BY place)
        ] AS columns
    FROM (
        SELECT *, list_position(['one_click', 'wechat', 'qq', 'weibo'], channel) AS place
        FROM channel_windows
        WHERE app_key BETWEEN $first_app AND $last_app AND channel <> '*'
    )
    GROUP BY app_key, window_days
), windows AS (
    SELECT app_key, to_json(map_from_entries(list((window_days::VARCHAR, columns) ORDER BY window_days))) AS channels
    FROM channel_columns
    GROUP BY app_key
), parts AS (
    SELECT
        app_key,
        dimension,
        window_days,
        list(
            json_array(
                value,
                authorizations,
                requests,
                cancelled,
                authorizations - matched_authorizations,
                requests - matched_requests,
                counterpart_authorizations,
                counterpart_requests
            )
            ORDER BY requests DESC, value
        ) AS rows
    FROM breakdowns
    WHERE app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key, dimension, window_days
), dimensions AS (
    SELECT
        app_key,
        to_json(
            map_from_entries(list((window_days::VARCHAR, rows) ORDER BY window_days) FILTER (dimension = 'platform'))
        ) AS platforms,
        to_json(
            map_from_entries(list((window_days::VARCHAR, rows) ORDER BY window_days) FILTER (dimension = 'carrier'))
        ) AS carriers
    FROM parts
    GROUP BY app_key
), version_rows AS (
    SELECT app_key, to_json(map_from_entries(list((window_days::VARCHAR, rows) ORDER BY window_days))) AS by_window
    FROM (
        SELECT
            app_key,
            window_days,
            list(
                json_array(
                    -- The rest as one have no name: their number stands for it.
                    coalesce(to_json(sdk_version), to_json(merged)),
                    authorizations,
                    requests,
                    cancelled,
                    first_seen
                )
                ORDER BY sdk_version IS NULL, requests DESC, sdk_version
            ) AS rows
        FROM versions
        LEFT JOIN versions_seen USING (app_key, sdk_version)
        WHERE app_key BETWEEN $first_app AND $last_app
        GROUP BY app_key, window_days
    )
    GROUP BY app_key
), version_trend AS (
    -- A log may name a version as it likes, which is why it is no key of an object.
    SELECT app_key, to_json(list(json_array(sdk_version, rates) ORDER BY sdk_version)) AS rows
    FROM version_days
    WHERE app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key
), outcome_sums AS (
    SELECT
        app_key,
        window_days,
        CASE step WHEN 'authorization' THEN 0 ELSE 1 END AS step_place,
        outcome,
        sum(records)::BIGINT AS records,
        sum(matched_records)::BIGINT AS matched_records,
        sum(counterpart_records)::BIGINT AS counterpart_records
    FROM failures
    WHERE app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key, window_days, step_place, outcome
), outcomes AS (
    SELECT app_key, to_json(map_from_entries(list((window_days::VARCHAR, rows) ORDER BY window_days))) AS by_window
    FROM (
        SELECT
            app_key,
            window_days,
            list(
                [step_place, list_position($outcomes, outcome) - 1, records, records - matched_records, counterpart_records]
                ORDER BY step_place, records DESC, outcome
            ) AS rows
        FROM outcome_sums
        GROUP BY app_key, window_days
    )
    GROUP BY app_key
), code_rows AS (
    SELECT app_key, to_json(map_from_entries(list((window_days::VARCHAR, rows) ORDER BY window_days))) AS by_window
    FROM (
        SELECT
            app_key,
            window_days,
            flatten(list(rows ORDER BY step)) AS rows
        FROM (
            SELECT
                app_key,
                window_days,
                step,
                list(
                    json_array(
                        CASE step WHEN 'authorization' THEN 0 ELSE 1 END,
                        list_position($channels, channel) - 1,
                        list_position($outcomes, outcome) - 1,
                        records,
                        -- A known code is its row in the dictionary; an unknown one stands with its vendor.
                        coalesce(to_json(code_place), json_array(vendor, result_code))
                    )
                    ORDER BY records DESC, channel, vendor, result_code, outcome, code_place NULLS FIRST
                )[:10] AS rows
            FROM failures
            WHERE app_key BETWEEN $first_app AND $last_app AND result_code IS NOT NULL AND records > 0
            GROUP BY app_key, window_days, step
        )
        GROUP BY app_key, window_days
    )
    GROUP BY app_key
), package_rows AS (
    SELECT
        app_key,
        list(
            json_array(
                scheme_id, scheme_name, scheme_group, package_name, methods, created_at, verifications, authorizations
            )
            ORDER BY scheme_id NULLS FIRST, package_name NULLS FIRST
        ) AS rows
    FROM packages
    WHERE app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key
), drawn_rows AS (
    SELECT app_key, list(json_array(account_id, rows) ORDER BY account_id) AS rows
    FROM (
        SELECT
            app_key,
            account_id,
            list(
                -- The rest as one have no name: their number stands for it.
                json_array(if(is_rest, to_json(merged), to_json(resource_package_id)), uses_7, uses_30)
                ORDER BY is_rest, uses_30 DESC, resource_package_id NULLS FIRST
            ) AS rows
        FROM drawn
        WHERE app_key BETWEEN $first_app AND $last_app
        GROUP BY app_key, account_id
    )
    GROUP BY app_key
), restated_days AS (
    SELECT subject AS app_key, list(DISTINCT day ORDER BY day) AS days
    FROM restatements, unnest([app_key, '*']) AS subjects(subject)
    WHERE is_figure(metric) AND day BETWEEN $first AND $last AND subject BETWEEN $first_app AND $last_app
    GROUP BY subject
), incident_days AS (
    SELECT app_key, list(DISTINCT first_day ORDER BY first_day) AS days
    FROM incidents
    WHERE first_day BETWEEN $long_first AND $last AND app_key BETWEEN $first_app AND $last_app
    GROUP BY app_key
), incident_spans AS (
    SELECT
        app_key,
        list(json_array(channel, first_day, last_day) ORDER BY channel, first_day, last_day NULLS LAST) AS spans
    FROM (
        SELECT DISTINCT app_key, channel, first_day, last_day
        FROM incidents
        WHERE coalesce(last_day, $last) >= $long_first AND app_key BETWEEN $first_app AND $last_app
    )
    GROUP BY app_key
), own_notes AS (
    -- Those of all apps stand once in the data of the site.
    SELECT app_key, list(json_array(day, text) ORDER BY day, text) AS notes
    FROM notes
    WHERE day BETWEEN $long_first AND $last AND app_key BETWEEN $first_app AND $last_app AND app_key <> '*'
    GROUP BY app_key
)
SELECT
    listed.app_key,
    to_json({
        'key': listed.app_key,
        'name': listed.app_name,
        'platform': listed.platform,
        'status': listed.status,
        'account': listed.account_id,
        'schemes': listed.schemes,
        'records': presence.records,
        'usual': presence.usual_records,
        'devices': presence.devices,
        'first_seen': presence.first_seen,
        'last_seen': presence.last_seen,
        'restated': coalesce(restated_days.days, []),
        'incidents': coalesce(incident_days.days, []),
        'incident_spans': coalesce(incident_spans.spans, []),
        'notes': coalesce(own_notes.notes, []),
        'days': charts.days::JSON,
        'months': charts.months::JSON,
        'sums': {
            'one_click_verifications': list_transform(
                sums.one_click_verifications,
                lambda value, i: [
                    value, value - sums.matched_one_click_verifications[i], sums.counterpart_one_click_verifications[i]
                ]
            ),
            'local_verifications': list_transform(
                sums.local_verifications,
                lambda value, i: [
                    value, value - sums.matched_local_verifications[i], sums.counterpart_local_verifications[i]
                ]
            ),
            'third_party_authorizations': list_transform(
                sums.third_party_authorizations,
                lambda value, i: [
                    value, value - sums.matched_third_party_authorizations[i], sums.counterpart_third_party_authorizations[i]
                ]
            ),
            'billable_verifications': list_transform(
                sums.billable_verifications,
                lambda value, i: [
                    value, value - sums.matched_billable_verifications[i], sums.counterpart_billable_verifications[i]
                ]
            )
        },
        'channels': windows.channels,
        'platforms': coalesce(dimensions.platforms, '{}'::JSON),
        'carriers': coalesce(dimensions.carriers, '{}'::JSON),
        'versions': coalesce(version_rows.by_window, '{}'::JSON),
        'version_days': coalesce(version_trend.rows, '[]'::JSON),
        'outcomes': coalesce(outcomes.by_window, '{}'::JSON),
        'codes': coalesce(code_rows.by_window, '{}'::JSON),
        'packages': coalesce(package_rows.rows, []),
        'drawn': coalesce(drawn_rows.rows, [])
    })::VARCHAR AS document
FROM listed_apps AS listed
JOIN usage_periods AS sums USING (app_key)
JOIN charts USING (app_key)
LEFT JOIN windows USING (app_key)
LEFT JOIN dimensions USING (app_key)
LEFT JOIN version_rows USING (app_key)
LEFT JOIN version_trend USING (app_key)
LEFT JOIN outcomes USING (app_key)
LEFT JOIN code_rows USING (app_key)
LEFT JOIN package_rows USING (app_key)
LEFT JOIN drawn_rows USING (app_key)
LEFT JOIN presence USING (app_key)
LEFT JOIN restated_days USING (app_key)
LEFT JOIN incident_days USING (app_key)
LEFT JOIN incident_spans USING (app_key)
LEFT JOIN own_notes USING (app_key)
WHERE listed.app_key BETWEEN $first_app AND $last_app
ORDER BY listed.app_key
