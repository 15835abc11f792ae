-- One row per incident and cell: of each of $incidents, the eight cells over its dimension in $dimensions with most
-- requests. A cell is a value of a dimension, or a pair of values of a pair of dimensions.
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
JOIN (SELECT unnest($incidents::VARCHAR[]) AS incident_id, unnest($dimensions::VARCHAR[]) AS dimension) AS named
    USING (incident_id, dimension)
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY requests_before + requests_now DESC, value) <= 8
ORDER BY incident_id, requests_before + requests_now DESC, value
