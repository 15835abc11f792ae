-- grain: one row: how many records of a content were rejected, and a sum of those that are kept, and of the counts by
-- reason, that does not depend on their order. Parts that kept all records give the same as those of the first ones.
SELECT coalesce(sum(rejected), 0)::BIGINT AS rejected, coalesce(sum(hash(reason, rejected, kept)), 0)::VARCHAR AS content
FROM (
    SELECT reason, sum(rejected) AS rejected,
        min({'line': line, 'record': record, 'masking_version': masking_version}, $kept_rejects) AS kept
    FROM rejects_of([$rejects])
    WHERE file = $place
    GROUP BY reason
)
