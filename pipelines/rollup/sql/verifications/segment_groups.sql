-- grain: app, vendor, position of a cut in the list of the day's cuts, from 1: the uses from this cut up to the next.
-- Days without cuts have no row.
SELECT
    app,
    vendor,
    len(list_filter(cuts, lambda cut: cut <= event_time)) AS segment,
    sum(uses)::BIGINT AS uses
FROM verification_records
JOIN verification_kinds USING (kind)
JOIN batch_days ON day_number = day_number_of(app)
WHERE len(cuts) > 0 AND uses > 0
GROUP BY ALL
