-- grain: as session_records. A column such as `page` has the moment of a record of that kind and is NULL for others, so
-- its minimum over a session is the moment of the first such record. Flags are bits: 1 one_click, 2 one_click in verify
-- or login, 4 unchecked.
WITH said AS (
    SELECT
        *,
        moment_channel(moment) = channel_number('one_click') AS is_one_click,
        moment_stage(moment) AS stage,
        moment_outcome(moment) = outcome_number('success') AS is_success,
        moment_outcome(moment) = outcome_number('unchecked') AS is_unchecked
    FROM session_records
)
SELECT
    app,
    high,
    low,
    session,
    is_alone,
    subjects,
    moment,
    CASE WHEN NOT is_success AND NOT is_unchecked THEN moment END AS failed,
    CASE WHEN is_success AND is_one_click AND stage = stage_number('page') THEN moment END AS page,
    CASE WHEN is_success AND is_one_click AND stage = stage_number('click') THEN moment END AS click,
    CASE WHEN is_success AND is_one_click AND stage = stage_number('authorize') THEN moment END AS authorized,
    CASE WHEN is_success AND is_one_click AND stage = stage_number('verify') THEN moment END AS verified,
    CASE WHEN is_success AND is_one_click AND stage = stage_number('login') THEN moment END AS logged_in,
    CASE WHEN is_success AND NOT is_one_click AND stage >= stage_number('authorize') THEN moment END AS came_otherwise,
    is_one_click::UTINYINT
    | CASE WHEN is_one_click AND stage >= stage_number('verify') THEN 2::UTINYINT ELSE 0 END
    | CASE WHEN is_unchecked THEN 4::UTINYINT ELSE 0 END AS flags,
    -- A session gets its platform, carrier, scheme and SDK version from the record of lowest rank that has it: records
    -- in one_click come first.
    moment - CASE WHEN is_one_click THEN 9223372036854775807 ELSE 0 END AS rank,
    platform,
    carrier,
    scheme,
    sdk
FROM said
