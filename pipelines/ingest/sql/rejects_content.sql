-- grain: one row, with the number of rejected records of a content, and a hash of the counts by reason and the kept
-- records that does not depend on their order. Only the first `$kept_rejects` records of a reason enter the hash, so
-- parts that kept all records give the same result.
SELECT coalesce(sum(rejected), 0)::BIGINT AS rejected, coalesce(sum(hash(reason, rejected, kept)), 0)::VARCHAR AS content
FROM (
    SELECT reason, sum(rejected) AS rejected,
        min({'line': line, 'record': record, 'masking_version': masking_version}, $kept_rejects) AS kept
    FROM rejects_of([$rejects])
    WHERE file = $place
    GROUP BY reason
)
