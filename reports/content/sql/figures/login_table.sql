-- One row per app, sorted by name: the monitor page's table. Figures are lists with the values over 7 and 30 days.
-- Rates have ten decimals: with six, a page would round some of them otherwise than the exact rate.
WITH windows AS (
    SELECT
        app_key,
        {% for name in LOGIN_CHANNELS %}
        list(authorizations ORDER BY window_days) FILTER (channel = '{{ name }}') AS {{ name }},
        {% endfor %}
        {% for name in ("authorization_requests", "authorizations") %}
        list({{ name }} ORDER BY window_days) FILTER (channel = '*') AS {{ name }},
        {% endfor %}
        {% for name in LOGIN_RATES %}
        list(round({{ rate(name) }}, 10) ORDER BY window_days) FILTER (channel = '*') AS {{ name }},
        {% endfor %}
        {% for span in ("matched_", "counterpart_") %}
        list(round({{ rate("authorization_rate", span ~ "{}") }}, 10) ORDER BY window_days) FILTER (channel = '*')
            AS {{ span }}authorization_rate,
        {% endfor %}
    FROM channel_windows
    GROUP BY app_key
)
SELECT
    listed.app_name AS name,
    listed.app_key AS key,
    listed.folder,
    name_order.pinyin,
    listed.platform,
    windows.* EXCLUDE (app_key)
FROM listed_apps AS listed
JOIN name_order USING (app_key)
JOIN windows USING (app_key)
ORDER BY name_order.place
