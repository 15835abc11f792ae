-- grain: as record_groups, with vendor, platform and outcome resolved by registry and code dictionary.
SELECT * REPLACE (carrier_of(carrier) AS carrier) FROM resolved_of('record_groups')
