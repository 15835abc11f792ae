-- app: its row of the monitor page's table, in the order of its name; figures as lists, over 7 and over 30 days
WITH windows AS (
    SELECT
        app_key,
        list(authorizations ORDER BY window_days) FILTER (channel = 'one_click') AS one_click,
        list(authorizations ORDER BY window_days) FILTER (channel = 'wechat') AS wechat,
        list(authorizations ORDER BY window_days) FILTER (channel = 'qq') AS qq,
        list(authorizations ORDER BY window_days) FILTER (channel = 'weibo') AS weibo,
        list(requests ORDER BY window_days) FILTER (channel = '*') AS authorization_requests,
        list(authorizations ORDER BY window_days) FILTER (channel = '*') AS authorizations,
        list(round(authorizations / nullif(requests, 0), 6) ORDER BY window_days) FILTER (channel = '*')
            AS authorization_rate,
        list(round(authorizations / nullif(requests - cancelled, 0), 6) ORDER BY window_days) FILTER (channel = '*')
            AS technical_success_rate,
        list(round(matched_authorizations / nullif(matched_requests, 0), 6) ORDER BY window_days)
            FILTER (channel = '*') AS matched_authorization_rate,
        list(round(counterpart_authorizations / nullif(counterpart_requests, 0), 6) ORDER BY window_days)
            FILTER (channel = '*') AS counterpart_authorization_rate
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
