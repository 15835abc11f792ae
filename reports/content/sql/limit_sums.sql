-- limit_id: what each limit would have blocked over the last 30 days, over all apps
SELECT
    limit_id,
    sum(requests)::BIGINT AS requests,
    sum(with_key)::BIGINT AS with_key,
    sum(blocked)::BIGINT AS blocked,
    sum(blocked_uses)::BIGINT AS saved,
    sum(blocked_successes)::BIGINT AS harm
FROM limit_daily
WHERE day BETWEEN $first AND $last
GROUP BY limit_id
ORDER BY limit_id
