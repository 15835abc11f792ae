-- One row per day in $days and channel with authorization: authorization of all apps. The channel `*` is the four
-- channels together. These five come first; other channels only have a row if they had requests.
WITH by_channel AS (
    SELECT day, channel, {{ sums(LOGIN_COUNTS) }}
    FROM channel_daily
    WHERE day IN (SELECT unnest($days::DATE[])) AND (is_login_channel(channel) OR NOT is_number_channel(channel))
    GROUP BY day, channel
)
SELECT
    day,
    part AS channel,
    {{ sums(LOGIN_COUNTS) }},
    {% for name in LOGIN_RATES -%}
    {{ rate(name, "sum({})") }} AS {{ name }},
    {% endfor %}
FROM by_channel
CROSS JOIN unnest(if(is_login_channel(channel), [channel, '*'], [channel])) AS parts(part)
GROUP BY day, part
HAVING part IN ('*', {{ each_of(LOGIN_CHANNELS, "'{0}'") }}) OR sum(authorization_requests) > 0
ORDER BY
    day,
    list_position(list_append(login_channels(), '*'), part),
    (SELECT any_value(place) FROM channels WHERE channels.channel = part)
