-- grain: session of more than one record. `first`, `last` and `failed` are the moments of its first and last record and
-- its first failure. The others are the moments of the first success in a step of one_click or, in `came_otherwise`, in
-- another channel.
SELECT
    app,
    min(moment) AS first,
    max(moment) AS last,
    min(failed) AS failed,
    min(page) AS page,
    min(click) AS click,
    min(authorized) AS authorized,
    min(verified) AS verified,
    min(logged_in) AS logged_in,
    min(came_otherwise) AS came_otherwise,
    bit_or(flags) AS flags,
    arg_min(platform, rank) AS platform,
    arg_min(carrier, rank) AS carrier,
    arg_min(scheme, rank) AS scheme,
    arg_min(sdk, rank) AS sdk
FROM marked_records
WHERE NOT is_alone
GROUP BY app, high, low, session
