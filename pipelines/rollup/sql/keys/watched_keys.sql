-- grain: limit, app, key with more records of the day in the limit's scope than the limit allows in one window: the
-- limit cannot block any other key.
SELECT limit_number, key_number, app, high, low, limits.channel AS limit_channel, max_requests, seconds
FROM counted_keys
JOIN app_numbers USING (app)
JOIN limits USING (key_number)
WHERE limits.app_key IN (app_numbers.app_key, '*')
    AND list_extract(
        [requests, {{ each_of(NUMBER_CHANNELS, "{0}_requests") }}],
        list_position(['*', {{ each_of(NUMBER_CHANNELS, "'{0}'") }}], limits.channel)
    ) > max_requests
