-- grain: channel that authmeter defines, that the settings declare, or that a record has
SELECT channel, name_zh, name_en, channel_group, is_login, (row_number() OVER (ORDER BY place) - 1)::INTEGER AS place
FROM known_channels
WHERE is_declared OR channel IN (SELECT channel FROM out.channel_daily)
ORDER BY channel
