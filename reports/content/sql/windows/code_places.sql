-- One row per code of the dictionary: its columns and its index from 0.
SELECT row_number() OVER (ORDER BY vendor, layer, platform, code) - 1 AS place, *
FROM result_codes
ORDER BY place
