-- grain: as resolved_groups, with the additive counts of the metrics; all tables of a day are sums of these.
SELECT
    *,
    CASE WHEN is_authorization THEN records ELSE 0 END AS authorization_requests,
    CASE WHEN is_authorization AND outcome = 'success' THEN records ELSE 0 END AS authorizations,
    CASE WHEN is_authorization AND outcome IN ('cancelled', 'switched') THEN records ELSE 0 END
        AS authorizations_cancelled,
    CASE WHEN is_authorization AND outcome NOT IN ('success', 'cancelled', 'switched') THEN records ELSE 0 END
        AS authorizations_failed,
    CASE WHEN is_verification THEN records ELSE 0 END AS verification_requests,
    CASE WHEN is_verification AND outcome IN ('success', 'mismatch') THEN records ELSE 0 END AS verifications,
    CASE WHEN is_verification AND outcome = 'mismatch' THEN records ELSE 0 END AS mismatches,
    CASE WHEN is_verification AND outcome = 'unknown' THEN records ELSE 0 END AS unknowns,
    CASE
        WHEN is_verification AND channel = 'one_click' AND list_contains($billed_one_click, outcome) THEN records
        WHEN is_verification AND channel = 'local_verify' AND list_contains($billed_local_verify, outcome) THEN records
        ELSE 0
    END AS billable_verifications
FROM resolved_groups
