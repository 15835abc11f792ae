-- grain: day, event id whose records may belong to a subject with the requested id; `fits` is whether one of its copies
-- has the requested id. A record without a device gets the device of another record of its attempt, so this follows
-- devices and attempts as far as a subject can reach. It may find too many ids; the subjects are computed later.
WITH fitting AS (
    -- Copies of one record can name different devices and attempts.
    SELECT * FROM app_rows SEMI JOIN (SELECT day, event_id FROM app_rows WHERE fits) AS ids USING (day, event_id)
), of_attempts AS (
    SELECT *
    FROM app_rows
    SEMI JOIN (SELECT attempt FROM fitting WHERE device IS NULL AND attempt IS NOT NULL) AS lone USING (attempt)
), of_devices AS (
    SELECT *
    FROM app_rows
    SEMI JOIN (
        SELECT device FROM fitting WHERE device IS NOT NULL
        UNION ALL
        SELECT device FROM of_attempts WHERE device IS NOT NULL
    ) AS devices USING (device)
), lone_attempts AS (
    SELECT DISTINCT attempt FROM app_rows WHERE device IS NULL AND attempt IS NOT NULL
), of_their_attempts AS (
    -- Attempts with a device in every record give it to no other record. They are not followed, because an app may use
    -- one attempt id for all its users.
    SELECT *
    FROM app_rows
    SEMI JOIN (SELECT attempt FROM of_devices SEMI JOIN lone_attempts USING (attempt)) AS theirs USING (attempt)
)
SELECT day, event_id, bool_or(fits) AS fits
FROM (FROM fitting UNION ALL FROM of_attempts UNION ALL FROM of_devices UNION ALL FROM of_their_attempts)
GROUP BY ALL
