-- grain: one row: how many records a content gave, and a sum of them that does not depend on their order.
SELECT count(*) AS events, coalesce(sum(hash(event)), 0)::VARCHAR AS content
FROM (SELECT * EXCLUDE (file, filename, record_number) FROM content WHERE day >= $first) AS event
