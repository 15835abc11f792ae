-- grain: key_number (see key_records.sql), app, channel (`*`: all together): how many distinct keys occur
SELECT key_number, app, channel, sum(keys)::BIGINT AS keys
FROM (
    SELECT key_number, app, unnest([channel, '*']) AS channel, keys FROM single_keys
    UNION ALL
    SELECT
        key_number,
        app,
        unnest(['*', {{ each_of(NUMBER_CHANNELS, "'{0}'") }}]),
        unnest([1, {{ each_of(NUMBER_CHANNELS, "({0}_requests > 0)::INTEGER") }}])
    FROM counted_keys
)
GROUP BY ALL
