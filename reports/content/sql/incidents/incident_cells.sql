-- One row per incident and cell: the eight cells with most requests. A cell is a value of the dimension that the cause
-- of the incident names, or a pair of values if the cause names two dimensions.
WITH dimensions AS (
    SELECT
        incident_id,
        coalesce(
            nullif(
                regexp_replace(
                    cause,
                    '^([a-z_]+)=.* & ({{ each_of(CAUSES + SESSION_CAUSES, "{0}", "|") }})=.*$',
                    '\1 & \2'
                ),
                cause
            ),
            split_part(cause, '=', 1)
        ) AS dimension
    FROM incidents
    WHERE kind = 'rate' AND cause IS NOT NULL
)
SELECT
    incident_id,
    dimension,
    value,
    requests_before,
    successes_before / nullif(requests_before, 0) AS rate_before,
    requests_now,
    successes_now / nullif(requests_now, 0) AS rate_now,
    mix_effect + rate_effect AS effect
FROM incident_cells
JOIN dimensions USING (incident_id, dimension)
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY requests_before + requests_now DESC, value) <= 8
ORDER BY incident_id, requests_before + requests_now DESC, value
