-- day of $days, app_key, channel: what moved most against its norm, the five that fell and the five that grew most; those
-- that fell first, the largest move first. The norm is the median of that weekday over the eight weeks before, of
-- $weekdays with data at least, those with an incident left out; `before` are all days of these weeks, oldest first,
-- NULL where one does not count. Counted are authorizations, and verifications where nothing is authorized
WITH asked AS (
    SELECT unnest($days::DATE[]) AS day
), counted AS (
    SELECT
        day,
        app_key,
        channel,
        authorizations,
        authorization_requests,
        authorization_requests - authorizations_cancelled AS authorizations_tried,
        verifications,
        verification_requests
    FROM channel_daily
    WHERE day BETWEEN (SELECT min(day) FROM asked) - 56 AND (SELECT max(day) FROM asked)
), subjects AS (
    SELECT
        app_key,
        channel,
        min(day) AS first_seen,
        channel <> 'local_verify' AND sum(authorization_requests) > 0 AS is_authorized
    FROM counted
    GROUP BY app_key, channel
    -- A move is no larger than what moves: those of the largest are the largest.
    ORDER BY greatest(max(authorizations), max(verifications)) DESC, app_key, channel
    LIMIT $movers_among
), subject_days AS MATERIALIZED (
    FROM counted
    SEMI JOIN subjects USING (app_key, channel)
), incident_days AS (
    SELECT DISTINCT
        subjects.app_key,
        subjects.channel,
        unnest(generate_series(first_day, coalesce(last_day, $last::DATE), INTERVAL 1 DAY))::DATE AS day
    FROM subjects
    JOIN incidents ON incidents.app_key IN (subjects.app_key, '*') AND incidents.channel IN (subjects.channel, '*')
    WHERE kind <> 'data'
), spans AS (
    SELECT asked.day, weeks.back, asked.day - weeks.back AS counted_day
    FROM asked
    JOIN day_quality USING (day)
    CROSS JOIN (SELECT unnest(range(0, 57, 7))::INTEGER AS back) AS weeks
    JOIN day_quality AS counted_quality ON counted_quality.day = asked.day - weeks.back
    WHERE day_quality.day_state = 'complete' AND counted_quality.day_state = 'complete'
), sums AS (
    SELECT
        spans.day,
        subjects.app_key,
        subjects.channel,
        CASE WHEN is_authorized THEN 'authorizations' ELSE 'verifications' END AS metric,
        back,
        coalesce(CASE WHEN is_authorized THEN authorizations ELSE verifications END, 0) AS successes,
        coalesce(CASE WHEN is_authorized THEN authorizations_tried ELSE verification_requests END, 0) AS tried
    FROM spans
    JOIN subjects ON counted_day >= first_seen
    LEFT JOIN subject_days AS counted
        ON counted.day = counted_day AND counted.app_key = subjects.app_key AND counted.channel = subjects.channel
    LEFT JOIN incident_days
        ON incident_days.day = counted_day AND incident_days.app_key = subjects.app_key AND incident_days.channel = subjects.channel
    WHERE back = 0 OR incident_days.day IS NULL
), moves AS (
    SELECT
        day,
        app_key,
        channel,
        metric,
        sum(successes) FILTER (back = 0)::BIGINT AS now,
        round(median(successes) FILTER (back > 0))::BIGINT AS usual,
        sum(successes) FILTER (back = 0) / nullif(sum(tried) FILTER (back = 0), 0) AS rate,
        sum(successes) FILTER (back > 0) / nullif(sum(tried) FILTER (back > 0), 0) AS usual_rate
    FROM sums
    GROUP BY day, app_key, channel, metric
    HAVING count(*) FILTER (back > 0) >= $weekdays
), ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY day ORDER BY now - usual, app_key, channel) AS from_bottom,
        row_number() OVER (PARTITION BY day ORDER BY now - usual DESC, app_key, channel) AS from_top
    FROM moves
), listed AS (
    FROM ranked
    WHERE (now < usual AND from_bottom <= 5) OR (now > usual AND from_top <= 5)
), days_before AS (
    SELECT
        listed.day,
        listed.app_key,
        listed.channel,
        list(
            CASE WHEN day_state = 'complete' AND counted_quality.day >= first_seen AND incident_days.day IS NULL
                THEN coalesce(CASE WHEN metric = 'authorizations' THEN authorizations ELSE verifications END, 0) END
            ORDER BY back DESC
        ) AS before
    FROM listed
    JOIN subjects USING (app_key, channel)
    CROSS JOIN (SELECT unnest(range(1, 57))::INTEGER AS back) AS reach
    LEFT JOIN day_quality AS counted_quality ON counted_quality.day = listed.day - back
    LEFT JOIN subject_days AS counted
        ON counted.day = listed.day - back AND counted.app_key = listed.app_key AND counted.channel = listed.channel
    LEFT JOIN incident_days
        ON incident_days.day = listed.day - back AND incident_days.app_key = listed.app_key AND incident_days.channel = listed.channel
    GROUP BY listed.day, listed.app_key, listed.channel
)
SELECT day, app_key, channel, metric, now, usual, rate, usual_rate, before
FROM listed
JOIN days_before USING (day, app_key, channel)
ORDER BY day, now > usual, abs(now - usual) DESC, app_key, channel
