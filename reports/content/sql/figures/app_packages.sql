-- One row per app, scheme and package, registered or logged in the 30 days: counts over 7 and 30 days.
WITH seen AS (
    SELECT
        app_key,
        scheme_id,
        package_name,
        {% for count in ("verifications", "authorizations") %}
        sum({{ count }}) FILTER (day > $last::DATE - 7) AS {{ count }}_7,
        sum({{ count }}) AS {{ count }}_30,
        {% endfor %}
    FROM channel_detail_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY ALL
)
SELECT
    coalesce(seen.app_key, schemes.app_key) AS app_key,
    coalesce(seen.scheme_id, schemes.scheme_id) AS scheme_id,
    scheme_name,
    scheme_group,
    coalesce(seen.package_name, schemes.package_name) AS package_name,
    methods,
    created_at::DATE AS created_at,
    {% for count in ("verifications_7", "verifications_30", "authorizations_7", "authorizations_30") %}
    coalesce({{ count }}, 0)::BIGINT AS {{ count }},
    {% endfor %}
    seen.app_key IS NOT NULL AS is_logged
FROM seen
FULL JOIN schemes
    ON schemes.app_key = seen.app_key
    AND schemes.scheme_id = seen.scheme_id
    AND schemes.package_name IS NOT DISTINCT FROM seen.package_name
-- Records without scheme and package count only if they are requests: a record such as a shown page is not usage.
WHERE coalesce(seen.scheme_id, schemes.scheme_id, seen.package_name, schemes.package_name) IS NOT NULL
    OR verifications_30 > 0
    OR authorizations_30 > 0
ORDER BY app_key, scheme_id NULLS FIRST, package_name NULLS FIRST
