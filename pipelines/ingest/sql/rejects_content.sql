-- grain: one row: how many records of a content were rejected, and a sum of them that does not depend on their order.
SELECT count(*) AS rejected, coalesce(sum(hash(reject)), 0)::VARCHAR AS content
FROM (SELECT line, reason, record, masking_version FROM rejects_of([$rejects]) WHERE file = $place) AS reject
