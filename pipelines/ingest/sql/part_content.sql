-- grain: one row, with the number of records of a content from day $first on, and a hash of them that does not depend
-- on their order.
SELECT count(*) AS events, coalesce(sum(hash(event)), 0)::VARCHAR AS content
FROM (SELECT * EXCLUDE (file, filename, record_number) FROM content WHERE day >= $first) AS event
