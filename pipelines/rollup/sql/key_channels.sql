-- grain: key_number, app, channel (`*`: both together): how many keys came
SELECT key_number, app, channel, sum(keys)::BIGINT AS keys
FROM (
    SELECT key_number, app, unnest([channel, '*']) AS channel, keys FROM single_keys
    UNION ALL
    SELECT
        key_number,
        app,
        unnest(['*', 'one_click', 'local_verify']),
        unnest([1, (one_click_requests > 0)::INTEGER, (one_click_requests < requests)::INTEGER])
    FROM counted_keys
)
GROUP BY ALL
