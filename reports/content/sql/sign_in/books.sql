-- One row: sign-in records from $first to $last, and the number of them without a subject.
SELECT coalesce(sum(records), 0)::BIGINT AS records, coalesce(sum(without_subject), 0)::BIGINT AS without_subject
FROM session_books
WHERE day BETWEEN $first AND $last
