-- grain: combination of the words of a verification record, as in record_labels: its number `kind`, and the counts
-- that one such record adds to the metrics.
SELECT
    (row_number() OVER ())::INTEGER AS kind,
    channel,
    stage,
    logged_outcome,
    result_code,
    logged_vendor,
    platform,
    vendor,
    verifications - mismatches AS successes,
    mismatches,
    unknowns,
    billable_verifications AS uses
FROM counted_words
WHERE verification_requests > 0
