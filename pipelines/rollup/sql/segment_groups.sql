-- grain: app, vendor, cut of the day by its place, from 1: the uses from it to the next one; none of a day without cuts.
SELECT
    app,
    vendor,
    len(list_filter($cuts::TIMESTAMP[], lambda cut: cut <= event_time)) AS segment,
    sum(uses)::BIGINT AS uses
FROM verification_records
JOIN verification_kinds USING (kind)
WHERE len($cuts::TIMESTAMP[]) > 0 AND uses > 0
GROUP BY ALL
